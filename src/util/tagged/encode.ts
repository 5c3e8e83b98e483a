import { inspect } from "node:util";
import type { Json } from "../../model/json.ts";
import { EncodingError } from "../encoding-error.ts";
import { type Codec, TAG } from "./codec.ts";
import { CODEC_BY_PROTOTYPE } from "./codecs.ts";
import { mapArray, mapRecord } from "./map-unchanged.ts";
import { foreignClass, refuseHidden, refuseOwnProperties, refuseSymbols, unencodable } from "./refuse.ts";
import { Walk } from "./walk.ts";

type Encoding = Walk<unknown, Json>;
type JsonObject = Record<string, Json>;

const LISTED = 1000;

/** Listing the keys of a long array takes longer than writing it, so its named properties are looked for otherwise. */
const looksDense = (array: readonly unknown[]): boolean =>
  array.length > LISTED &&
  !array.includes(undefined) &&
  inspect(array, { maxArrayLength: 0, depth: 0 }) === `[ ... ${array.length} more items ]`;

const isDense = (array: readonly unknown[]): boolean => {
  if (looksDense(array)) return true;
  const keys = Object.keys(array);
  return keys.length === array.length && (keys.length === 0 || keys.at(-1) === String(array.length - 1));
};

const encodeArray = (array: readonly unknown[], walk: Encoding): Json => {
  refuseHidden(array, walk);
  return walk.inside(array, () => {
    if (isDense(array)) return mapArray(array, walk.child) as Json[];
    const keyed = mapRecord({ ...array } as unknown as Record<string, unknown>, walk.child);
    return { [TAG]: "Array", length: array.length, value: keyed as JsonObject };
  });
};

const encodeRecord = (record: object, walk: Encoding): Json => {
  refuseHidden(record, walk);
  const value = walk.inside(record, () => mapRecord(record as JsonObject, walk.child)) as JsonObject;
  if (Object.getPrototypeOf(record) === null) return { [TAG]: "null-prototype", value };
  return Object.hasOwn(record, TAG) ? { [TAG]: "Object", value } : value;
};

const encodeWith = (codec: Codec, value: object, walk: Encoding): Json => {
  refuseSymbols(value, walk);
  if (codec.ownProperties === undefined) refuseOwnProperties(value, walk);
  return walk.inside(value, () => ({ [TAG]: codec.tag, ...codec.encode(value, walk.child) }));
};

const encodeObject = (value: object, walk: Encoding): Json => {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (Array.isArray(value) && prototype === Array.prototype) return encodeArray(value, walk);
  if (prototype === null || prototype === Object.prototype) return encodeRecord(value, walk);
  const codec = CODEC_BY_PROTOTYPE.get(prototype);
  if (codec === undefined) throw foreignClass(value, walk);
  try {
    return encodeWith(codec, value, walk);
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw walk.error(`cannot be read as a ${codec.tag}: ${String(cause)}`, { cause });
  }
};

const encodeNumber = (value: number): Json => {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { [TAG]: "number", value: Object.is(value, -0) ? "-0" : String(value) };
};

const encode = (value: unknown, walk: Encoding): Json => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return encodeNumber(value);
    case "object":
      return value === null ? null : encodeObject(value, walk);
    case "undefined":
      return { [TAG]: "undefined" };
    case "bigint":
      return { [TAG]: "bigint", value: String(value) };
    default:
      throw unencodable(typeof value, walk);
  }
};

export const encodeRoot = (value: unknown): Json => new Walk(encode).root(value);
