import { readFileSync } from "node:fs";
import { establish, type Fact, isOlderThan } from "./fact.ts";
import { type Inputs, subjectsOf } from "./subjects.ts";

/** What is to be true for a result to be used again; undefined where that cannot be told, or changed meanwhile. */
export const factsOf = (inputs: Inputs, since: number): readonly Fact[] | undefined => {
  try {
    const facts = subjectsOf(inputs, (path) => readFileSync(path, "utf8"))?.map(establish);
    return facts?.every((fact) => isOlderThan(fact, since)) ? facts : undefined;
  } catch {
    // Somebody removes or moves what was just read.
    return undefined;
  }
};
