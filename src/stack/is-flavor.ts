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
  return typeof create === "function" ? undefined : "it has no function `create`";
};

const isSchema = (value: unknown): boolean => typeof value === "object" && value !== null && "_zod" in value;
