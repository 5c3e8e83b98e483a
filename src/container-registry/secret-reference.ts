import * as z from "zod/mini";

const REFERENCE = /^\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/;

/** `{{secret.NAME}}` */
export const SecretReference = z
  .string()
  .check(z.regex(REFERENCE, "it is a secret: it takes a reference such as {{secret.NAME}}, never the value"));

export interface SecretLookup {
  get(name: string, neededBy: string): string;
}

export const resolveReference = (value: string, secrets: SecretLookup, neededBy: string): string => {
  const [, name] = REFERENCE.exec(value) ?? [];
  return name === undefined ? value : secrets.get(name, neededBy);
};
