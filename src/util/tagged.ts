import type { Json } from "../model/json.ts";
import { decodeRoot } from "./tagged/decode.ts";
import { encodeRoot } from "./tagged/encode.ts";

/**
 * JavaScript values in JSON, so that each arrives as it left.
 *
 * What JSON carries stays as it is: a file of plain data is ordinary JSON. All else becomes a tag object,
 * `{"$stepdock": <tag>, …}`, mostly with a `value`:
 * - `undefined` (also as property or item), `number` (NaN, Infinity, -Infinity, -0), `bigint` (decimal digits);
 * - `Date` (ISO 8601, or null for an invalid one), `URL`, `RegExp` (source, flags, lastIndex);
 * - `Map` (pairs), `Set` (items), both in their order;
 * - `ArrayBuffer`, `DataView`, `Buffer` and every typed array: base64 of the bytes in view, in machine byte order;
 * - the language's error classes: hidden properties (message, stack, cause, errors) in `value`, others in `properties`;
 * - `Array`: one with holes or with properties besides its items, by key, with its `length`;
 * - `null-prototype`: an object without a prototype; `Object`: one that has a property `$stepdock` itself.
 *
 * Not carried: identity (a reference used twice arrives as two equal values), getters (their value is), properties
 * that are not enumerable, frozenness, and properties set on a typed array. Byte values arrive in memory of their own.
 *
 * The result shares every part that needs no tag with `value`: do not change either afterwards.
 *
 * @throws EncodingError with the path of a function, symbol, class instance (a subclass of a built-in, too),
 * `toJSON` method, symbol key, cycle, or nesting beyond 500 levels.
 */
export const encodeTagged = (value: unknown): Json => encodeRoot(value);

/**
 * The value that `encodeTagged` was given, in objects of its own: `json` may be frozen or used again.
 *
 * @throws EncodingError with the path of a tag that is unknown or malformed, or of nesting beyond 500 levels.
 */
export const decodeTagged = (json: Json): unknown => decodeRoot(json);
