import { InvalidArgumentError } from "commander";

/** `--param name=value`, any number of times; the last one of a name counts. The value may contain `=`. */
export const collectParameter = (
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> => {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as name=value, for instance --param epochs=3.");
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
};

/** A whole number from `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`It takes a whole number, ${least} or more.`);
  };

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** An age such as `7d`, in milliseconds. */
export const parseAge = (text: string): number => {
  const [, amount, unit = ""] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit];
  if (amount !== undefined && seconds !== undefined) return Number(amount) * seconds * 1000;
  throw new InvalidArgumentError("It takes a number and a unit (s, m, h, d or w), for instance 7d.");
};
