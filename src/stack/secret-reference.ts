import * as z from "zod/mini";

/** Where values of secrets come from when a component needs them. */
export interface SecretLookup {
  /** @param neededBy what needs it, for the error @throws SecretMissingError, SecretSourceError */
  get(name: string, neededBy: string): string;
}

const REFERENCE = /^\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/;

/**
 * A field of a component's configuration that is a secret: it takes `{{secret.NAME}}`, and never the value itself, which
 * is looked up when it is used, as NAME, in the environment and in `.env`. ZenML's secret references.
 */
export const secretReference = () =>
  z
    .string()
    .check(
      z.regex(REFERENCE, "it is a secret: it takes a reference such as {{secret.NAME}}, never the value"),
    );

/** The value behind a reference. Any other text is returned as it is. @throws SecretMissingError, SecretSourceError */
export const resolveReference = (value: string, secrets: SecretLookup, neededBy = "a component"): string => {
  const [, name] = REFERENCE.exec(value) ?? [];
  return name === undefined ? value : secrets.get(name, neededBy);
};
