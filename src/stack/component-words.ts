import type { StackComponentType } from "./component.ts";

/** A type of component as a person writes it: `artifact store`. */
export const wordsOf = (type: StackComponentType): string => type.replace("_", " ");

/** The same with its article. */
export const aWordsOf = (type: StackComponentType): string =>
  `${/^[aeiou]/.test(type) ? "an" : "a"} ${wordsOf(type)}`;

/** The same as a command: `artifact-store`. */
export const commandOf = (type: StackComponentType): string => type.replace("_", "-");
