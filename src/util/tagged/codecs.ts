import { BINARY_TYPES, type Binary, binaryFrom, bytesOf } from "./bytes.ts";
import type { Codec } from "./codec.ts";
import { ERROR_CODECS } from "./error-codecs.ts";
import { SIMPLE_CODECS } from "./simple-codecs.ts";

const BINARY_CODECS = BINARY_TYPES.map(
  ({ name, prototype }): Codec<Binary> => ({
    tag: name,
    prototype,
    ownProperties: true,
    encode: (value) => ({ value: bytesOf(value).toString("base64") }),
    decode: ({ value }) => binaryFrom(name, Buffer.from(value as string, "base64")),
  }),
);

const CODECS = [
  ...SIMPLE_CODECS,
  ...ERROR_CODECS,
  ...BINARY_CODECS,
] as readonly unknown[] as readonly Codec[];

export const CODEC_BY_PROTOTYPE: ReadonlyMap<object, Codec> = new Map(
  CODECS.map((codec) => [codec.prototype, codec]),
);
export const CODEC_BY_TAG: ReadonlyMap<string, Codec> = new Map(CODECS.map((codec) => [codec.tag, codec]));
