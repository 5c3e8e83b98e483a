import * as z from "zod/mini";
import { DockerSettings, Environment } from "./docker-settings.ts";
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

/** How the engine finds out whether a service is ready. Times in seconds. */
export const ServiceHealthcheck = z.strictObject({
  /** Exit code 0 is healthy. A list is a program with its arguments, a string a line for the image's `/bin/sh`. */
  command: z.union([z.string().check(z.minLength(1)), z.readonly(z.array(z.string()).check(z.minLength(1)))]),
  /** Default 1. */
  interval: z.optional(z.number().check(z.gte(0.001))),
  /** Of one check. Default 5. */
  timeout: z.optional(z.number().check(z.gte(0.001))),
  /** So many failures in a row after `startPeriod` make it unhealthy. Default 3. */
  retries: z.optional(z.int().check(z.positive())),
  /** Time after its start in which failures do not count. Default: the service's `startTimeout`. */
  startPeriod: z.optional(z.number().check(z.nonnegative())),
});
export type ServiceHealthcheck = z.infer<typeof ServiceHealthcheck>;

/** A container that runs beside each attempt at a step, on a network that only they share. */
export const ServiceSettings = z.strictObject({
  image: z.string().check(z.minLength(1)),
  /** In the place of the image's entrypoint. */
  entrypoint: z.optional(z.readonly(z.array(z.string()))),
  /** In the place of the image's command. */
  command: z.optional(z.readonly(z.array(z.string()))),
  environment: z.optional(Environment),
  /** `user` or `uid:gid`; default: the image's. */
  user: z.optional(z.string().check(z.minLength(1))),
  /** Mount point → options of a file system in memory, for instance `/data` → `mode=1777`. */
  tmpfs: z.optional(z.record(z.string().check(z.regex(/^\//, "an absolute path")), z.string())),
  /** Default: the image's; where that has none, a service that runs is ready. */
  healthcheck: z.optional(ServiceHealthcheck),
  /** Seconds in which it must be ready. Default 60. */
  startTimeout: z.optional(z.number().check(z.positive(), z.lte(2_147_483))),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

/** By the name by which the step reaches them. */
const Services = z.record(
  z.string().check(z.regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "a host name: a-z, 0-9 and -, at most 40")),
  ServiceSettings,
);

/** Settings of a pipeline, a step or an invocation; they merge in that order. */
export const StepSettings = z.strictObject({
  docker: z.optional(DockerSettings),
  run: z.optional(RunSettings),
  resources: z.optional(ResourceSettings),
  /** `none` (the default), `bridge`, `host` or the name of a network: the short form of `run.network`. */
  network: z.optional(z.string().check(z.minLength(1))),
  services: z.optional(Services),
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
