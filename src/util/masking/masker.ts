import { Automaton } from "./automaton.ts";
import { encodingsOf } from "./encodings.ts";
import { StreamMasker } from "./stream-masker.ts";

/** A value with fewer characters is not masked: it would be found everywhere, and so be told by what is masked. */
export const MIN_MASKED_CHARACTERS = 4;

/** Replaces values that nobody is to read, and their usual encodings, by `***`. */
export interface Masker {
  /** For one stream of bytes. */
  stream(): StreamMasker;
  text(text: string): string;
}

/** Undefined where there is nothing to mask: then nothing is looked at. */
export const createMasker = (values: Iterable<string>): Masker | undefined => {
  const long = [...new Set(values)].filter(({ length }) => length >= MIN_MASKED_CHARACTERS);
  if (long.length === 0) return undefined;
  const automaton = new Automaton(long.flatMap(encodingsOf).map((text) => Buffer.from(text)));
  const stream = () => new StreamMasker(automaton);
  return { stream, text: (text) => maskText(stream(), text) };
};

const maskText = (stream: StreamMasker, text: string): string => {
  const bytes = Buffer.from(text);
  const masked = Buffer.concat([stream.push(bytes), stream.end()]);
  return masked.equals(bytes) ? text : masked.toString();
};
