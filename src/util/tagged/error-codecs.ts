import type { Json } from "../../model/json.ts";
import type { Codec, DecodeChild, EncodeChild } from "./codec.ts";

/** What an error holds that its `Object.keys` do not tell. */
const HIDDEN = ["name", "message", "stack", "cause", "errors"] as const;

const hiddenOf = (error: Error): string[] =>
  HIDDEN.filter((key) => Object.getOwnPropertyDescriptor(error, key)?.enumerable === false);

const pick = (error: Error, keys: readonly string[], child: EncodeChild): Record<string, Json> =>
  Object.fromEntries(
    keys.map((key) => [key, child((error as unknown as Record<string, unknown>)[key], key)]),
  );

const define = (error: Error, values: Json | undefined, enumerable: boolean, child: DecodeChild): void => {
  for (const [key, json] of Object.entries((values ?? {}) as Record<string, Json>)) {
    const value = child(json, key);
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  }
};

const bare = (create: () => Error): Error => {
  const error = create();
  for (const key of HIDDEN) Reflect.deleteProperty(error, key);
  return error;
};

const errorCodec = (type: ErrorConstructor, create: () => Error = () => new type()): Codec<Error> => ({
  tag: type.name,
  prototype: type.prototype,
  ownProperties: true,
  encode: (error, child) => {
    const keys = Object.keys(error);
    const value = pick(error, hiddenOf(error), child);
    return keys.length === 0 ? { value } : { value, properties: pick(error, keys, child) };
  },
  decode: ({ value, properties }, child) => {
    const error = bare(create);
    define(error, value, false, child);
    define(error, properties, true, child);
    return error;
  },
});

const AGGREGATE = AggregateError as unknown as ErrorConstructor;

/** The language's own error classes, with message, stack, cause and what else was set on them. */
export const ERROR_CODECS = [
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((type) =>
    errorCodec(type),
  ),
  errorCodec(AGGREGATE, () => new AggregateError([])),
];
