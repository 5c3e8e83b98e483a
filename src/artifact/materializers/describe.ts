import type { Json } from "../../model/json.ts";

const LISTED_KEYS = 20;
const TELLING_ROWS = 100;
const LISTED_TYPES = 3;

const simpleTypeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "array";
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name !== "string" || name === "Object" ? "object" : name;
};

const itemTypes = (items: readonly unknown[]): string[] => {
  const types = new Set<string>();
  for (const item of items) {
    types.add(simpleTypeOf(item));
    if (types.size > LISTED_TYPES) break;
  }
  return [...types].sort();
};

/** The type as a person would write it: `number`, `Date`, `string[]`, `(null | number)[]`. */
export const typeOf = (value: unknown): string => {
  if (!Array.isArray(value)) return simpleTypeOf(value);
  const types = itemTypes(value);
  if (types.length === 0 || types.length > LISTED_TYPES) return "unknown[]";
  return types.length === 1 ? `${types[0]}[]` : `(${types.join(" | ")})[]`;
};

const isRecord = (value: unknown): value is object => simpleTypeOf(value) === "object";

/** Rows and columns of an array of records; the first rows tell the columns. */
const tableOf = (items: readonly unknown[]): Record<string, Json> => {
  if (items.length === 0 || !items.every(isRecord)) return {};
  const columns = new Set(items.slice(0, TELLING_ROWS).flatMap(Object.keys));
  return { rows: items.length, columns: [...columns].slice(0, LISTED_KEYS) };
};

/** Of an array of arrays that are equally long, to any depth. */
const shapeOf = (items: readonly unknown[]): Record<string, Json> => {
  const shape = [items.length];
  for (let level: readonly unknown[] = items; level.length > 0 && level.every(Array.isArray); ) {
    const [first] = level as readonly unknown[][];
    if (!level.every((each) => (each as unknown[]).length === first?.length)) break;
    shape.push(first?.length ?? 0);
    level = first ?? [];
  }
  return shape.length > 1 ? { shape } : {};
};

/** How much there is of it. */
export const metadataOf = (value: unknown): Record<string, Json> => {
  if (typeof value === "string") return { length: value.length };
  if (Array.isArray(value)) return { length: value.length, ...tableOf(value), ...shapeOf(value) };
  if (value instanceof Map || value instanceof Set) return { size: value.size };
  if (simpleTypeOf(value) !== "object") return {};
  const keys = Object.keys(value as object);
  return { keyCount: keys.length, keys: keys.slice(0, LISTED_KEYS) };
};
