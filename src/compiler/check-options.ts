import * as z from "zod/mini";
import { StepdockError } from "../errors/error.ts";
import {
  CachePolicy,
  Environment,
  ExecutionMode,
  RetryPolicy,
  Schedule,
  SecretNames,
  SecretsAs,
  StepSettings,
} from "../model/index.ts";
import type { PipelineDefinition } from "../pipeline/pipeline.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { inEnglish } from "../util/in-english.ts";
import { didYouMean } from "../util/nearest.ts";
import { describeParseError } from "../util/parse-error.ts";
import { PipelineError } from "./errors.ts";

/** An option or setting that is unknown or of the wrong type. */
export class SettingsError extends StepdockError {
  readonly code = "settings_invalid";
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/** Names become directories, labels and arguments: letters, digits, `_` and `-`, a letter first, at most 100. */
export const checkName = (what: "pipeline" | "step" | "invocation", name: unknown): void => {
  if (typeof name === "string" && NAME.test(name)) return;
  throw new PipelineError(
    `The ${what} name ${JSON.stringify(name)} cannot be used: a name has letters, digits, "_" and "-", ` +
      "begins with a letter, and is at most 100 characters long.",
  );
};

const hook = z.optional(z.custom((value) => typeof value === "function", "must be a function"));
const STEP_HOOKS = { onStart: hook, onSuccess: hook, onFailure: hook, onEnd: hook };
const StepHooks = z.strictObject(STEP_HOOKS);

/** Seconds. A timer takes no more than 2^31 ms: one that is set for longer would end at once. */
const Timeout = z.number().check(z.positive(), z.lte(2_147_483));

const PipelineOptions = z.strictObject({
  enableCache: z.optional(z.boolean()),
  executionMode: z.optional(ExecutionMode),
  timeout: z.optional(Timeout),
  settings: z.optional(StepSettings),
  environment: z.optional(Environment),
  secrets: z.optional(SecretNames),
  secretsAs: z.optional(SecretsAs),
  runName: z.optional(z.string()),
  schedule: z.optional(Schedule),
  stack: z.optional(z.string()),
  ...STEP_HOOKS,
  onInit: hook,
  onCleanup: hook,
});

/** What is left of a step's options when its id and `after` are taken out. */
export const StepOptions = z.strictObject({
  enableCache: z.optional(z.boolean()),
  cachePolicy: z.optional(CachePolicy),
  retry: z.optional(RetryPolicy),
  settings: z.optional(StepSettings),
  environment: z.optional(Environment),
  secrets: z.optional(SecretNames),
  secretsAs: z.optional(SecretsAs),
  timeout: z.optional(Timeout),
  stopGracePeriod: z.optional(z.number().check(z.nonnegative())),
  stepOperator: z.optional(z.string().check(z.minLength(1))),
});

export const checkOptions = (definition: PipelineDefinition): void => {
  parseSetting(PipelineOptions, definition.options, `Pipeline "${definition.name}"`);
};

export const checkHooks = ({ name, hooks }: StepDefinition): void => {
  parseSetting(StepHooks, hooks, `Step "${name}"`);
};

/** Parses options at the edge, so that an untyped caller gets a message with the path into them. */
export const parseSetting = <T>(schema: z.ZodMiniType<T>, value: unknown, where: string): T => {
  const parsed = z.safeParse(schema, value, inEnglish());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues.map(deepest).find(({ code }) => code === "unrecognized_keys");
  const unknown = issue && unknownOption(schema, issue);
  const told = unknown ?? `an option that cannot be used: ${describeParseError(parsed.error)}.`;
  throw new SettingsError(`${where} has ${told}`, { cause: parsed.error });
};

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

/** Where something may have one of several forms: the key that is unknown in the form that it has. */
const deepest = (issue: Issue): Issue => {
  const inner = issue.errors?.flat().find(({ code }) => code === "unrecognized_keys");
  return inner ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
};

/** Names the option with the path to it, those that there are, and the nearest of them. */
const unknownOption = (schema: z.ZodMiniType, { path, keys = [] }: Issue): string => {
  const [key = ""] = keys;
  const known = Object.keys(shapeOf(path.reduce<Definition>(propertyOf, definitionOf(schema))) ?? {});
  const option = [...path, key].map(String).join(".");
  return `no option "${option}". There ${known.length === 1 ? "is" : "are"}: ${known.join(", ")}.${didYouMean(key, known)}`;
};

interface Definition {
  readonly innerType?: z.ZodMiniType;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  /** Of a record. */
  readonly valueType?: z.ZodMiniType;
  /** Of a union. */
  readonly options?: readonly z.ZodMiniType[];
}

const definitionOf = (schema: z.ZodMiniType): Definition => {
  const definition = schema._zod.def as Definition;
  return definition.innerType ? definitionOf(definition.innerType) : definition;
};

const propertyOf = (definition: Definition, key: PropertyKey): Definition => {
  const property = shapeOf(definition)?.[String(key)] ?? definition.valueType;
  return property ? definitionOf(property) : {};
};

const shapeOf = ({ shape, options = [] }: Definition): Definition["shape"] =>
  shape ?? options.map((option) => definitionOf(option).shape).find((each) => each !== undefined);
