import * as z from "zod/mini";
import { DockerSettings } from "./docker-settings.ts";
import { ResourceSettings } from "./resource-settings.ts";
import { RunSettings } from "./run-settings.ts";

export { DockerSettings, Environment } from "./docker-settings.ts";
export { ResourceSettings } from "./resource-settings.ts";
export { RunSettings } from "./run-settings.ts";

/** The names of secrets; their values are in no snapshot, record or key. */
export const SecretNames = z.array(
  z.string().check(
    z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable: letters, digits and _, not a digit first"),
    z.maxLength(128),
    z.refine(
      (name) => !/^(STEPDOCK|ZENML)_/i.test(name),
      "a name that does not begin with STEPDOCK_ or ZENML_",
    ),
  ),
);

/** `environment`: secrets are variables of the step's process, too. */
export const SecretsAs = z.enum(["default", "environment"]);
export type SecretsAs = z.infer<typeof SecretsAs>;

/** Settings of a pipeline, a step or an invocation; they merge in that order. */
export const StepSettings = z.strictObject({
  docker: z.optional(DockerSettings),
  run: z.optional(RunSettings),
  resources: z.optional(ResourceSettings),
  /** `none` (the default), `bridge`, `host` or the name of a network: the short form of `run.network`. */
  network: z.optional(z.string().check(z.minLength(1))),
});
export type StepSettings = z.infer<typeof StepSettings>;

/** How often a failed step is tried again. Times in seconds; each delay is `backoff` times the one before. */
export const RetryPolicy = z.strictObject({
  maxRetries: z.int().check(z.nonnegative()),
  delay: z.optional(z.number().check(z.nonnegative())),
  backoff: z.optional(z.number().check(z.gte(1))),
  /** After each attempt that ran out of memory the next gets so many times its memory limit. Default 1. */
  memoryFactor: z.optional(z.number().check(z.gte(1))),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Which ingredients make up the cache key of a step; ZenML's `CachePolicy`. Absent means included. */
export const CachePolicy = z.strictObject({
  includeStepCode: z.optional(z.boolean()),
  includeStepParameters: z.optional(z.boolean()),
  includeArtifactValues: z.optional(z.boolean()),
  includeEnvironment: z.optional(z.boolean()),
  /** Inputs whose values and artifacts do not count. */
  ignoredInputs: z.optional(z.readonly(z.array(z.string()))),
  /** Seconds after which an entry no longer matches. */
  expiresAfter: z.optional(z.number().check(z.positive())),
  /** Custom caching parameters: any JSON value that the key shall depend on. */
  custom: z.optional(z.json()),
});
export type CachePolicy = z.infer<typeof CachePolicy>;
