import type * as z from "zod";

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

/** What a caller wires inside a pipeline: a literal of the input's type, or an output of that type. */
export type Wired<S extends Schemas> = Flat<
  { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: z.input<S[K]> | OutputHandle<z.input<S[K]>> } & {
    readonly [K in OptionalKeys<S>]?: z.input<S[K]> | OutputHandle<z.input<S[K]>> | undefined;
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
