import { fileBrand } from "../pipeline/file-brand.ts";
import type { Schema } from "../pipeline/schema.ts";

/** The part of zod 4's stable internals (`zod/v4/core`) that tells what values a schema is about. */
interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly options?: readonly Schema[];
  readonly element?: Schema;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly shape?: Readonly<Record<string, Schema>>;
}

/** Whether a schema is looked at from the side of what it takes, or of what it gives. */
export type Side = "input" | "output";

export const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

const LEAF: Readonly<Record<string, string>> = {
  string: "string",
  template_literal: "string",
  number: "number",
  int: "number",
  nan: "number",
  boolean: "boolean",
  bigint: "bigint",
  symbol: "symbol",
  date: "Date",
  null: "null",
  undefined: "undefined",
  void: "undefined",
  array: "array",
  tuple: "array",
  object: "object",
  record: "object",
  map: "Map",
  set: "Set",
  file: "File",
};

const TRANSPARENT: ReadonlySet<string> = new Set(["readonly", "catch", "prefault", "nonoptional", "default"]);

/** The kinds of values that a schema is about, as a person would write them; undefined where it cannot be told. */
export const kindsOf = (schema: Schema, side: Side): ReadonlySet<string> | undefined => {
  const stored = fileBrand(schema);
  if (stored) return new Set([stored.kind]);
  const definition = definitionOf(schema);
  const leaf = LEAF[definition.type];
  if (leaf) return new Set([leaf]);
  if (definition.type === "literal") return new Set((definition.values ?? []).map(kindOfValue));
  if (definition.type === "enum") return new Set(Object.values(definition.entries ?? {}).map(kindOfValue));
  if (definition.type === "union")
    return union((definition.options ?? []).map((option) => kindsOf(option, side)));
  return kindsOfWrapper(definition, side);
};

const kindsOfWrapper = (definition: Definition, side: Side): ReadonlySet<string> | undefined => {
  if (definition.type === "pipe") {
    const inner = side === "input" ? definition.in : definition.out;
    return inner && kindsOf(inner, side);
  }
  const inner = definition.innerType && kindsOf(definition.innerType, side);
  if (!inner) return undefined;
  if (definition.type === "nullable") return new Set([...inner, "null"]);
  if (definition.type === "optional") return new Set([...inner, "undefined"]);
  return TRANSPARENT.has(definition.type) ? inner : undefined;
};

const kindOfValue = (value: unknown): string => (value === null ? "null" : typeof value);

const union = (sets: readonly (ReadonlySet<string> | undefined)[]): ReadonlySet<string> | undefined =>
  sets.every((set) => set !== undefined) ? new Set(sets.flatMap((set) => [...set])) : undefined;

/** The type as a person would write it: `number`, `string | undefined`, `array of number`. */
export const describeSchema = (schema: Schema, side: Side): string => {
  const kinds = kindsOf(schema, side);
  if (!kinds) return "unknown";
  const element = elementOf(schema);
  if (kinds.size === 1 && kinds.has("array") && element) return `array of ${describeSchema(element, side)}`;
  return [...kinds].join(" | ") || "never";
};

/** The schema of an array's elements, through what wraps it. */
export const elementOf = (schema: Schema): Schema | undefined => {
  const definition = definitionOf(schema);
  if (definition.type === "array") return definition.element;
  return TRANSPARENT.has(definition.type) && definition.innerType
    ? elementOf(definition.innerType)
    : undefined;
};
