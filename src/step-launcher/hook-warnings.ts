import type { HookFailure } from "../model/index.ts";

const FRAME = /^\s+at (?!node:|.*\(node:)/;

/** A failure of a hook in one line, with the place in the user's source. */
export const tellHookFailure = (
  { hook, name, message, stack = "" }: HookFailure,
  mapStack: (stack: string) => string,
): string => {
  const frame = mapStack(stack)
    .split("\n")
    .find((line) => FRAME.test(line));
  return `Hook ${hook} failed: ${name}: ${message}${frame ? ` (${frame.trim()})` : ""}`;
};
