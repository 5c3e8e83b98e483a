import type { Failure } from "../../model/index.ts";
import { harmless, type Paint } from "./text.ts";

const FRAME = /^\s+at /;
/** Code that is not the user's: packages, Node, and stepdock in its container. */
const FOREIGN = /node_modules[/\\]|\bnode:|(?:file:\/\/|[\s(])\/stepdock\/|<anonymous>/;
const FOREIGN_SHOWN = 3;

/** The frames of a failure, the user's own first; of the others a few, since they seldom tell. Then its causes. */
export const orderedStack = ({ stack, message }: Failure, paint: Paint): string[] => {
  const [first = [], ...causes] = errorsOf(harmless(stack ?? ""));
  return [
    ...ordered(first, paint),
    ...causes.flatMap((lines) => [...lines.filter((line) => !FRAME.test(line)), ...ordered(lines, paint)]),
  ].filter((line) => line !== message);
};

/** The lines of each error: the runner puts causes below, each after `Caused by: `. */
const errorsOf = (stack: string): string[][] => {
  const errors: string[][] = [[]];
  for (const line of stack.split("\n")) {
    if (line.startsWith("Caused by: ")) errors.push([]);
    errors.at(-1)?.push(line);
  }
  return errors;
};

const ordered = (lines: readonly string[], paint: Paint): string[] => {
  const frames = lines.filter((line) => FRAME.test(line));
  const own = frames.filter((frame) => !FOREIGN.test(frame));
  const foreign = frames.filter((frame) => FOREIGN.test(frame));
  const hidden = foreign.length - FOREIGN_SHOWN;
  return [
    ...own,
    ...foreign.slice(0, FOREIGN_SHOWN).map((frame) => paint("dim", frame)),
    ...(hidden > 0 ? [paint("dim", `    and ${hidden} more`)] : []),
  ];
};
