import type { Json } from "../../model/index.ts";
import { configKeys } from "../../stack/component-config.ts";
import type { AnyFlavor } from "../../stack/flavor-registry.ts";

/** Settings as a person writes them, for a flavor: JSON where its schema takes that, else the text itself. */
export const readSettings = (
  flavor: Pick<AnyFlavor, "configSchema">,
  texts: ReadonlyMap<string, string>,
): Record<string, Json> => {
  const keys = configKeys(flavor);
  return Object.fromEntries(
    [...texts].map(([written, text]) => {
      const key = keyOf(written, keys);
      return [key, readOne(fieldOf(flavor, key), text)];
    }),
  );
};

/** `--max-parallelism` is `maxParallelism`, too. */
export const keyOf = (written: string, keys: readonly string[]): string => {
  const camel = written.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return !keys.includes(written) && keys.includes(camel) ? camel : written;
};

interface Field {
  safeParse(value: unknown): { readonly success: boolean };
}

const fieldOf = ({ configSchema }: Pick<AnyFlavor, "configSchema">, key: string): Field | undefined => {
  const { shape = {} } = configSchema._zod.def as { shape?: Readonly<Record<string, Field>> };
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
};

const readOne = (field: Field | undefined, text: string): Json => {
  const json = tryJson(text);
  if (json === undefined) return text;
  // What neither is taken as is told as JSON: `abc` is no mistaken text where a number is asked for.
  return field && !field.safeParse(json.value).success && field.safeParse(text).success ? text : json.value;
};

const tryJson = (text: string): { readonly value: Json } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // No JSON: then it is meant as text.
    return undefined;
  }
};
