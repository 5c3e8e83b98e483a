import type * as z from "zod/mini";
import { COMPONENT_TYPES } from "./component.ts";
import { FlavorError } from "./errors.ts";
import type { AnyFlavor } from "./flavor-registry.ts";

/** A value of the user's as the flavor that it is. `place` tells where it comes from. @throws FlavorError */
export const asFlavor = (value: unknown, place: string): AnyFlavor => {
  const problem = problemOf(value);
  if (problem !== undefined) throw FlavorError.notOne(place, problem);
  return value as AnyFlavor;
};

const problemOf = (value: unknown): string | undefined => {
  if (typeof value !== "object" || value === null)
    return `it is ${value === null ? "null" : `a ${typeof value}`}`;
  const { name, type, configSchema, create } = value as Partial<Record<keyof AnyFlavor, unknown>>;
  if (typeof name !== "string" || name === "") return "it has no `name`";
  if (!COMPONENT_TYPES.some((known) => known === type))
    return `its \`type\` is none of ${COMPONENT_TYPES.join(", ")}`;
  if (!isSchema(configSchema)) return "its `configSchema` is no zod schema";
  if (isLax(configSchema)) return "its `configSchema` takes unknown keys: write z.strictObject({ … })";
  return typeof create === "function" ? undefined : "it has no function `create`";
};

const isSchema = (value: unknown): value is z.core.$ZodType =>
  typeof value === "object" && value !== null && "_zod" in value;

/** A schema that is no plain object, such as a union, is left to say for itself what it takes. */
const isLax = ({ _zod: { def } }: z.core.$ZodType): boolean => {
  const { type, catchall } = def as Partial<z.core.$ZodObjectDef>;
  return type === "object" && catchall?._zod.def.type !== "never";
};
