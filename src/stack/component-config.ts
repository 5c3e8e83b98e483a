import * as z from "zod/mini";
import { deepFreeze } from "../util/deep-freeze.ts";
import { inEnglish } from "../util/in-english.ts";
import { describeParseError, isParseError } from "../util/parse-error.ts";
import type { ComponentRecord } from "./catalog.ts";
import { ComponentConfigError } from "./errors.ts";
import type { AnyFlavor } from "./flavor-registry.ts";

/** The configuration that a component has where its flavor asks for none: strict, as every one. ZenML's of that name. */
export const StackComponentConfig = z.strictObject({});
export type StackComponentConfig = z.infer<typeof StackComponentConfig>;

/** The keys that a flavor's configuration has. A strict object tells them, also where something more is asked of it. */
export const configKeys = ({ configSchema }: Pick<AnyFlavor, "configSchema">): string[] => {
  const { shape = {} } = configSchema._zod.def as { readonly shape?: object };
  return Object.keys(shape);
};

/** A configuration with its defaults, frozen. @throws ComponentConfigError, which repeats no value: some are secret */
export const settleConfig = (
  flavor: AnyFlavor,
  { type, name, config }: Pick<ComponentRecord, "type" | "name" | "config">,
): unknown => {
  try {
    return deepFreeze(z.parse(flavor.configSchema, config, inEnglish()));
  } catch (error) {
    if (!isParseError(error)) throw error;
    const of = { type, name, flavor: flavor.name };
    const unknown = Object.keys(config).find((key) => !configKeys(flavor).includes(key));
    if (unknown !== undefined && isUnknownKey(error))
      throw ComponentConfigError.unknownKey(of, unknown, configKeys(flavor));
    throw ComponentConfigError.invalid(of, describeParseError(error), error);
  }
};

const isUnknownKey = ({
  issues,
}: {
  readonly issues: readonly { readonly path: readonly unknown[] }[];
}): boolean => issues.some((issue) => issue.path.length === 0 && "keys" in issue);
