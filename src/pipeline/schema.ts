import type * as z from "zod";
import type { FILE_SCHEMA, OutputPlace } from "./file-brand.ts";

/** Any zod schema, classic or mini. Only its type and its parse method are used: the SDK itself loads no zod. */
export interface Schema extends z.core.$ZodType {
  parseAsync(value: unknown): Promise<unknown>;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** No inputs, or no outputs. */
// biome-ignore lint/complexity/noBannedTypes: the empty record is meant, and Record<string, never> would admit any key
export type NoSchemas = {};

/** What a function gets after parsing. */
export type Parsed<S extends Schemas> = { readonly [K in keyof S]: z.output<S[K]> };

type OptionalKeys<S extends Schemas> = {
  [K in keyof S]: undefined extends z.input<S[K]> ? K : never;
}[keyof S];

type Flat<T> = { [K in keyof T]: T[K] };

/** What a caller gives before parsing: keys with a default or an optional schema may be left out. */
export type Given<S extends Schemas> = Flat<
  { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: z.input<S[K]> } & {
    readonly [K in OptionalKeys<S>]?: z.input<S[K]> | undefined;
  }
>;

interface IsFile {
  readonly [FILE_SCHEMA]: unknown;
}

/** The outputs that are files or folders. */
type FileKeys<S extends Schemas> = { [K in keyof S]: S[K] extends IsFile ? K : never }[keyof S];

/** What a function returns: outputs that it wrote where it was told may be left out. */
export type Written<S extends Schemas> =
  | (Given<Omit<S, FileKeys<S>>> & { readonly [K in FileKeys<S>]?: z.input<S[K]> | undefined })
  // biome-ignore lint/suspicious/noConfusingVoidType: a step that wrote all of its outputs returns nothing
  | ([keyof S] extends [FileKeys<S>] ? void : never);

/** The same for a single output. */
// biome-ignore lint/suspicious/noConfusingVoidType: a step that wrote its output returns nothing
export type WrittenOne<S extends Schema> = z.input<S> | (S extends IsFile ? void : never);

/** Where a function writes its files and folders. */
export type Places<S extends Schemas> = { readonly [K in FileKeys<S>]: OutputPlace };

/** A file as an input is an output of a step: one of this machine is in no artifact store. */
type Literal<S extends Schema> = S extends IsFile ? never : z.input<S>;

/** What a caller wires inside a pipeline: a literal of the input's type, or an output of that type. */
export type Wired<S extends Schemas> = Flat<
  { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Literal<S[K]> | OutputHandle<z.input<S[K]>> } & {
    readonly [K in OptionalKeys<S>]?: Literal<S[K]> | OutputHandle<z.input<S[K]>> | undefined;
  }
>;

/** A rest tuple that lets the one argument be left out where nothing in it is required. */
// biome-ignore lint/complexity/noBannedTypes: {} is assignable to T exactly where every key of T is optional
export type ArgumentOf<T> = {} extends T ? [argument?: T] : [argument: T];

export const HANDLE: unique symbol = Symbol.for("dev.stepdock.handle") as never;
export const INVOCATION: unique symbol = Symbol.for("dev.stepdock.invocation") as never;
declare const TYPE: unique symbol;

/** Stands for an output of an invocation while a pipeline is wired; `T` is the type of its value. */
export interface OutputHandle<out T> extends InvocationReference {
  readonly [HANDLE]: { readonly invocation: string; readonly output: string; readonly schema: Schema };
  readonly [TYPE]?: T;
}

/** What calling a step in a pipeline returns; `after` takes it. */
export interface InvocationReference {
  /** The invocation's id. */
  readonly [INVOCATION]: string;
}

export const isHandle = (value: unknown): value is OutputHandle<unknown> =>
  typeof value === "object" && value !== null && HANDLE in value;

export const isInvocationReference = (value: unknown): value is InvocationReference =>
  typeof value === "object" && value !== null && INVOCATION in value;
