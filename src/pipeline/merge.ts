import type { StepSettings } from "../model/index.ts";
import { mergeServices } from "./merge-services.ts";
import type { InvocationOptions } from "./options.ts";

/** The later options win; settings merge part by part, environments variable by variable. */
export const mergeInvocationOptions = (
  base: InvocationOptions,
  more: InvocationOptions,
): InvocationOptions => ({
  ...base,
  ...more,
  ...(base.settings || more.settings ? { settings: mergeSettings(base.settings, more.settings) } : {}),
  ...(base.environment || more.environment
    ? { environment: { ...base.environment, ...more.environment } }
    : {}),
  ...mergeSecrets(base, more),
});

/** All that are named anywhere; a list that is none is left to whoever checks options. */
export const mergeSecrets = (
  ...levels: readonly { readonly secrets?: readonly string[] | undefined }[]
): { secrets?: readonly string[] } => {
  const lists = levels.flatMap(({ secrets }) => (secrets === undefined ? [] : [secrets]));
  if (lists.length === 0) return {};
  const wrong = lists.find((list) => !Array.isArray(list));
  return { secrets: wrong ?? [...new Set(lists.flat())] };
};

/**
 * Merges settings from the widest to the narrowest. Lists replace, records merge key by key, and what stands under a
 * key (one volume, one limit) replaces what stood there.
 */
export const mergeSettings = (...levels: readonly (StepSettings | undefined)[]): StepSettings =>
  levels.reduce<StepSettings>((merged, level) => (level ? mergeLevel(merged, level) : merged), {});

/** Groups of settings (`docker`, `run`), and the records in them (`environment`, `volumes`). */
const DEPTH = 2;

/**
 * The network is one setting, whichever form it has: in what is merged, it is the short one. Of both in one level, the
 * long one counts.
 */
const mergeLevel = (base: StepSettings, more: StepSettings): StepSettings => {
  const network = more.run?.network ?? more.network;
  const services = isPlain(base.services) && isPlain(more.services);
  const merged = {
    ...(mergeRecords(withoutParent(base, more), more, DEPTH) as StepSettings),
    ...(services ? { services: mergeServices(base.services, more.services) } : {}),
  };
  if (typeof network !== "string" || !isPlain(merged.run)) return merged;
  const { network: _long, ...run } = merged.run;
  return { ...merged, run, network };
};

/** An image has one parent: whoever names another one, in whichever way, replaces it with all that was for it. */
const withoutParent = (base: StepSettings, { docker: more }: StepSettings): StepSettings => {
  if (!isPlain(base.docker) || !isPlain(more)) return base;
  if (more.parentImage !== undefined) {
    const { dockerfile, buildContextRoot, dockerignore, buildOptions, ...docker } = base.docker;
    return { ...base, docker };
  }
  if (more.dockerfile === undefined) return base;
  const { parentImage, ...docker } = base.docker;
  return { ...base, docker };
};

type Plain = Readonly<Record<string, unknown>>;

/** Looks at what it is given as at something unknown: what an untyped caller wrote is parsed later. */
const mergeRecords = (base: Plain, more: Plain, depth: number): Plain => {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(more)) {
    const before = merged.get(key);
    const isDeeper = depth > 0 && isPlain(before) && isPlain(value);
    merged.set(key, isDeeper ? mergeRecords(before, value, depth - 1) : value);
  }
  return Object.fromEntries(merged);
};

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);
