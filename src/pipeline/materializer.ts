import type * as z from "zod";
import type { Json } from "../model/json.ts";
import { FILE_SCHEMA, fileBrand } from "./file-brand.ts";
import type { Schema } from "./schema.ts";

const MATERIALIZER: unique symbol = Symbol.for("dev.stepdock.materializer") as never;
const DECLARATION: unique symbol = Symbol.for("dev.stepdock.declaration") as never;

/** How values of a type of one's own become files in an artifact's directory, and are read back. */
export interface MaterializerInit<T> {
  /** Letters, digits, `_` and `-`; recorded with each artifact. */
  readonly name: string;
  /** Raised when files of before are written otherwise now; part of the cache key. Default 1. */
  readonly version?: number;
  /** Whether it takes a value. Default: whatever the output's schema lets through. */
  readonly accepts?: (value: unknown) => boolean;
  /** Writes into an existing empty directory: plain files and directories. */
  readonly save: (value: T, directory: string) => Promise<void> | void;
  /** Reads what `save` wrote; the directory may not be written to. */
  readonly load: (directory: string) => Promise<T> | T;
  /** Facts for people: rows, shape. */
  readonly metadata?: (value: T) => Readonly<Record<string, Json>>;
  /** A few lines for a terminal, recorded with the artifact. */
  readonly preview?: (value: T) => string;
}

/** A materializer of the user's own; ZenML's `BaseMaterializer`. */
export interface OwnMaterializer<T = unknown> extends MaterializerInit<T> {
  readonly version: number;
  readonly [MATERIALIZER]: true;
}

/** The materializers that are there by name, for any output. */
export const NAMED_MATERIALIZERS = ["json", "text", "bytes", "csv"] as const;
export type NamedMaterializer = (typeof NAMED_MATERIALIZERS)[number];

/**
 * Defines a materializer. Name it where an output is declared, `output(schema, { materializer })`, and where an input
 * takes such an output: so its code is in the bundles of both steps.
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineMaterializer<T>(init: MaterializerInit<T>): OwnMaterializer<T> {
  return Object.freeze({ version: 1, ...init, [MATERIALIZER]: true as const });
}

export interface OutputDeclaration<T> {
  readonly materializer?: OwnMaterializer<T> | NamedMaterializer;
  /** Of the artifact, under which its versions are counted. Default: `<pipeline>::<invocation>::<output>`. */
  readonly name?: string;
}

export interface InputDeclaration<T> {
  /** The one that the artifact is stored by; needed only where it is of your own. */
  readonly materializer?: OwnMaterializer<T>;
}

/** An output with more than its schema: how it is stored, and under which name. */
/* @__NO_SIDE_EFFECTS__ */
export function output<S extends Schema>(schema: S, declaration: OutputDeclaration<z.output<S>>): S {
  return declared(schema, declaration);
}

/** An input with more than its schema: how it is read. */
/* @__NO_SIDE_EFFECTS__ */
export function input<S extends Schema>(schema: S, declaration: InputDeclaration<z.input<S>>): S {
  return declared(schema, declaration);
}

/** What a declaration says, whichever copy of this package it was made with. */
export interface Declaration {
  readonly materializer?: OwnMaterializer | string;
  readonly name?: string;
}

const declared = <S extends Schema>(schema: S, declaration: object): S => {
  const brand = fileBrand(schema);
  return Object.freeze({
    _zod: schema._zod,
    parseAsync: (value: unknown) => schema.parseAsync(value),
    ...(brand ? { [FILE_SCHEMA]: brand } : {}),
    [DECLARATION]: declaration,
  }) as unknown as S;
};

export const declarationOf = (schema: object): Declaration =>
  (schema as { readonly [DECLARATION]?: Declaration })[DECLARATION] ?? {};

/** The user's own materializer that an input or output names, if it does. */
export const ownMaterializer = (schema: object): OwnMaterializer | undefined => {
  const { materializer } = declarationOf(schema);
  return typeof materializer === "object" ? materializer : undefined;
};
