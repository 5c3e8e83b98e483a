import type { Json } from "../../model/json.ts";
import type { Codec } from "./codec.ts";

const dateCodec: Codec<Date> = {
  tag: "Date",
  prototype: Date.prototype,
  encode: (date) => ({ value: Number.isNaN(date.getTime()) ? null : date.toISOString() }),
  decode: ({ value }) => new Date(value === null ? Number.NaN : (value as string)),
};

const urlCodec: Codec<URL> = {
  tag: "URL",
  prototype: URL.prototype,
  encode: (url) => ({ value: url.href }),
  decode: ({ value }) => new URL(value as string),
};

const regExpCodec: Codec<RegExp> = {
  tag: "RegExp",
  prototype: RegExp.prototype,
  encode: ({ source, flags, lastIndex }) => ({ source, flags, ...(lastIndex === 0 ? {} : { lastIndex }) }),
  decode: ({ source, flags, lastIndex = 0 }) =>
    Object.assign(new RegExp(source as string, flags as string), { lastIndex }),
};

const mapCodec: Codec<Map<unknown, unknown>> = {
  tag: "Map",
  prototype: Map.prototype,
  encode: (map, child) => ({
    value: [...map].map(([key, value], index) => [
      child(key, { label: `key ${index}` }),
      child(value, { label: `value ${index}` }),
    ]),
  }),
  decode: ({ value }, child) =>
    new Map(
      (value as [Json, Json][]).map(([key, item], index) => [
        child(key, { label: `key ${index}` }),
        child(item, { label: `value ${index}` }),
      ]),
    ),
};

const setCodec: Codec<Set<unknown>> = {
  tag: "Set",
  prototype: Set.prototype,
  encode: (set, child) => ({ value: [...set].map((item, index) => child(item, { label: `item ${index}` })) }),
  decode: ({ value }, child) =>
    new Set((value as Json[]).map((item, index) => child(item, { label: `item ${index}` }))),
};

export const SIMPLE_CODECS = [dateCodec, urlCodec, regExpCodec, mapCodec, setCodec] as const;
