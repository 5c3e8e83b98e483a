import type { Schema } from "../pipeline/schema.ts";
import { elementOf, kindsOf } from "./schema-kinds.ts";

/**
 * Whether an output may be wired to an input, as far as the schemas tell. Only what can never fit is refused: the
 * consumer parses the value itself when it runs.
 */
export const mayFit = (output: Schema, input: Schema): boolean => {
  const given = kindsOf(output, "output");
  const taken = kindsOf(input, "input");
  if (!given || !taken) return true;
  if (![...given].some((kind) => taken.has(kind))) return false;
  const [givenElement, takenElement] = [elementOf(output), elementOf(input)];
  return !givenElement || !takenElement || mayFit(givenElement, takenElement);
};
