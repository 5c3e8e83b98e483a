import { inspect } from "node:util";

/** Lines of a longer value that are masked by themselves too: what is shorter is likely to be everybody's. */
const MIN_LINE_CHARACTERS = 8;
/** Where encoders of base64 break lines: MIME and `base64`, PEM and `openssl`. */
const BASE64_COLUMNS = [76, 64];
/** Of one value, at least this much must be left of an encoding for it to be looked for. */
const MIN_ENCODED_CHARACTERS = 4;

/**
 * All spellings of a value that are looked for: itself, its longer lines, as JSON, in URLs, in base64 at each of the three
 * places where it can begin in longer data, in hex. Encodings of encodings are not, but for base64 in URLs.
 */
export const encodingsOf = (value: string): string[] => {
  const texts = [value, ...linesOf(value)];
  const encoded = texts.flatMap((text) => [...quoted(text), ...inUrls(text), ...inHex(text)]);
  const base64 = inBase64(Buffer.from(value));
  return unique([...texts, ...encoded, ...base64, ...base64.flatMap(inUrls)]).filter(
    ({ length }) => length > 0,
  );
};

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

const linesOf = (value: string): string[] =>
  value.split(/\r?\n/).filter((line) => line.length >= MIN_LINE_CHARACTERS && line !== value);

/** Between the quotes, as JavaScript, Python and PHP write JSON, and as Node prints strings. */
const quoted = (text: string): string[] => {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [
    json,
    ascii,
    ...[json, ascii].map((each) => each.replaceAll("/", "\\/")),
    inspect(text).slice(1, -1),
  ];
};

/** `encodeURIComponent`, RFC 3986, Python's `quote`, forms; each with digits of both cases. */
const inUrls = (text: string): string[] => {
  const component = encodeURIComponent(text.toWellFormed());
  const strict = component.replace(/[!'()*]/g, percent);
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  const all = [component, strict, strict.replaceAll("%2F", "/"), form, strict.replaceAll("%20", "+")];
  return [...all, ...all.map((each) => each.replace(/%../g, (code) => code.toLowerCase()))];
};

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const inHex = (text: string): string[] => {
  const hex = Buffer.from(text).toString("hex");
  return [hex, hex.toUpperCase()];
};

const inBase64 = (value: Buffer): string[] => {
  const whole = value.toString("base64").replace(/=+$/, "");
  const wrapped = BASE64_COLUMNS.flatMap((columns) => whole.match(new RegExp(`.{1,${columns}}`, "g")) ?? []);
  const lines = whole.length > Math.min(...BASE64_COLUMNS) ? wrapped : [];
  const all = [whole, ...lines.filter(({ length }) => length >= MIN_LINE_CHARACTERS)];
  const inside = [0, 1, 2].map((offset) => certainBase64(value, offset));
  const texts = [...all, ...inside].filter(({ length }) => length >= MIN_ENCODED_CHARACTERS);
  return [...texts, ...texts.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
};

/** What does not depend on its neighbours, where `offset` bytes of a group of three come before the value. */
const certainBase64 = (value: Buffer, offset: number): string => {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
};
