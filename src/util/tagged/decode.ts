import type { Json } from "../../model/json.ts";
import { EncodingError } from "../encoding-error.ts";
import { type Body, type DecodeChild, TAG } from "./codec.ts";
import { CODEC_BY_TAG } from "./codecs.ts";
import { setOwn } from "./map-unchanged.ts";
import { Walk } from "./walk.ts";

type Decoding = Walk<Json, unknown>;
type JsonObject = Record<string, Json>;

const withEntries = (target: object, entries: JsonObject, child: DecodeChild): object => {
  for (const key of Object.keys(entries)) setOwn(target, key, child(entries[key] as Json, key));
  return target;
};

const arrayOf = ({ value, length }: Body, child: DecodeChild): unknown => {
  const array: unknown[] = [];
  array.length = length as number;
  return withEntries(array, value as JsonObject, child);
};

type Decode = (body: Body, child: DecodeChild) => unknown;

const FORMS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ["undefined", () => undefined],
  ["number", ({ value }) => Number(value)],
  ["bigint", ({ value }) => BigInt(value as string)],
  ["Object", ({ value }, child) => withEntries({}, value as JsonObject, child)],
  ["null-prototype", ({ value }, child) => withEntries(Object.create(null), value as JsonObject, child)],
  ["Array", arrayOf],
]);

const decodeBody = (body: JsonObject, walk: Decoding): unknown => {
  const tag = body[TAG] as string;
  const decode = FORMS.get(tag) ?? CODEC_BY_TAG.get(tag)?.decode;
  if (decode === undefined) {
    throw walk.error(`has the tag ${JSON.stringify(tag)}, which this version of stepdock does not know.`);
  }
  try {
    return decode(body, walk.child);
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw walk.error(`is not a well-formed ${tag}.`, { cause });
  }
};

const isObject = (json: Json): json is Json[] | JsonObject => typeof json === "object" && json !== null;

const decode = (json: Json, walk: Decoding): unknown => {
  if (!isObject(json)) return json;
  return walk.inside(json, () => {
    if (Array.isArray(json)) return json.some(isObject) ? json.map(walk.child) : json.slice();
    return Object.hasOwn(json, TAG) ? decodeBody(json, walk) : withEntries({}, json, walk.child);
  });
};

export const decodeRoot = (json: Json): unknown => new Walk(decode).root(json);
