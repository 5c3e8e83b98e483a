/** A value that no plain JSON stands for, and where in it. */
export class PlainJsonError extends TypeError {}

/**
 * A value as JSON for programs that are not ours: dates as ISO 8601 text, what is undefined left out.
 *
 * @throws PlainJsonError for what JSON has no word for, such as NaN, a bigint or a Map
 */
export const plainJson = (value: unknown): string => JSON.stringify(plain(value, ""));

const plain = (value: unknown, path: string): unknown => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (Array.isArray(value)) {
    return value.map((each, index) => (each === undefined ? null : plain(each, `${path}[${index}]`)));
  }
  if (isRecord(value)) return plainRecord(value, path);
  throw new PlainJsonError(`${path === "" ? "it" : path.replace(/^\./, "")} is ${describe(value)}`);
};

const plainRecord = (record: Readonly<Record<string, unknown>>, path: string): object =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, plain(value, `${path}.${key}`)]),
  );

const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const describe = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? `of class ${value.constructor?.name ?? "Object"}`
    : `${typeof value} ${String(value)}`;
