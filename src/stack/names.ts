import { NameError } from "./errors.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** The name of a component, a flavor or a stack: it is part of URIs and of commands. @throws NameError */
export const checkName = (what: string, name: string): void => {
  if (!NAME.test(name)) throw new NameError(what, name);
};
