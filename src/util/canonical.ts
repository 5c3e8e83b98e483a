import { hash } from "node:crypto";
import type { Json } from "../model/json.ts";
import { Walk } from "./tagged/walk.ts";

type Writing = Walk<unknown, string>;

const byCodeUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const writeContainer = (container: object, { child }: Writing): string => {
  if (Array.isArray(container)) return `[${container.map(child).join(",")}]`;
  const members = Object.entries(container)
    .sort(([left], [right]) => byCodeUnit(left, right))
    .map(([key, value]) => `${JSON.stringify(key)}:${child(value, key)}`);
  return `{${members.join(",")}}`;
};

const write = (json: unknown, walk: Writing): string => {
  if (typeof json === "object" && json !== null) return walk.inside(json, () => writeContainer(json, walk));
  if (typeof json === "number" && !Number.isFinite(json)) throw walk.error(`is ${json}, which is not JSON.`);
  if (typeof json === "bigint") throw walk.error("is bigint, which is not JSON.");
  const text: string | undefined = JSON.stringify(json);
  if (text === undefined) throw walk.error(`is ${typeof json}, which is not JSON.`);
  return text;
};

/**
 * The one text of a JSON value: no white space, keys sorted by UTF-16 code unit, numbers and strings as
 * `JSON.stringify` writes them. Equal values give equal text in whatever order their keys were set.
 *
 * @throws EncodingError with the path of what is not JSON after all, such as an undefined property.
 */
export const canonicalJson = (json: Json): string => new Walk(write).root(json);

/** SHA-256 of the canonical text in UTF-8, in hex. */
export const hashJson = (json: Json): string => hash("sha256", canonicalJson(json));
