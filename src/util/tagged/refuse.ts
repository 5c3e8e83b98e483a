import type { EncodingError } from "../encoding-error.ts";
import type { Walk } from "./walk.ts";

const WAY_OUT = "Use plain data: objects, arrays, texts, numbers, dates, maps, sets or bytes.";

type Encoding = Pick<Walk<unknown, unknown>, "error">;

export const unencodable = (kind: string, walk: Encoding): EncodingError =>
  walk.error(`is a ${kind}, which cannot be stored. ${WAY_OUT}`);

const classNameOf = (value: object): string => {
  const { constructor: type } = value as { constructor?: unknown };
  return typeof type === "function" && type.name !== "" ? type.name : "(anonymous)";
};

/** Names the class, since a value without its methods would not arrive as it left. */
export const foreignClass = (value: object, walk: Encoding): EncodingError => {
  const hint = value instanceof Promise ? "Await it first." : WAY_OUT;
  return walk.error(`is an instance of the class ${classNameOf(value)}, which cannot be stored. ${hint}`);
};

/** Refuses what `JSON.stringify` would follow or drop in silence: `toJSON` and symbol keys. */
export const refuseHidden = (value: object, walk: Encoding): void => {
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    throw walk.error(`has a toJSON method, which is never called. ${WAY_OUT}`);
  }
  refuseSymbols(value, walk);
};

export const refuseSymbols = (value: object, walk: Encoding): void => {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (!Object.prototype.propertyIsEnumerable.call(value, symbol)) continue;
    throw walk.error(`has a property with the key ${String(symbol)}, which cannot be stored. ${WAY_OUT}`);
  }
};

export const refuseOwnProperties = (value: object, walk: Encoding): void => {
  const [key] = Object.keys(value);
  if (key === undefined) return;
  const what = `${classNameOf(value)} with a property '${key}' of its own`;
  throw walk.error(`is a ${what}, which cannot be stored. ${WAY_OUT}`);
};
