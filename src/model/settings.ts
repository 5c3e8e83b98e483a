import * as z from "zod/mini";

const Names = z.readonly(z.array(z.string().check(z.minLength(1))));
export const Environment = z.record(
  z.string().check(z.regex(/^[^=\0]+$/, "a variable name without '='")),
  z.string(),
);

/** What the image of a step is made of; ZenML's `DockerSettings`. All of it is part of the environment key. */
export const DockerSettings = z.strictObject({
  /** Image that the step's image builds on; it must have Node 24 or later on its PATH. */
  parentImage: z.optional(z.string().check(z.minLength(1))),
  /** Debian packages that are installed with apt-get. */
  aptPackages: z.optional(Names),
  /** npm packages that cannot be bundled, installed in the versions that the project's lockfile names. */
  npmPackages: z.optional(Names),
  /** Environment variables of the image. */
  environment: z.optional(Environment),
  /** Network of the build's RUN instructions, for instance `host`. Not part of the key. */
  buildNetwork: z.optional(z.string()),
});
export type DockerSettings = z.infer<typeof DockerSettings>;

const MEMORY = /^\d+(\.\d+)?\s*(KB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB)$/;

/** Enforced limits of a step's container; ZenML's `ResourceSettings`. Not part of any key. */
export const ResourceSettings = z.strictObject({
  cpuCount: z.optional(z.number().check(z.positive())),
  /** Number and unit, KB to PB (powers of 1000) or KiB to PiB (powers of 1024): `512MB`, `2GiB`. */
  memory: z.optional(z.string().check(z.regex(MEMORY, "must be a number and a unit, such as 512MB or 2GiB"))),
});
export type ResourceSettings = z.infer<typeof ResourceSettings>;

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
  resources: z.optional(ResourceSettings),
  /** `none` (the default), `bridge`, `host` or the name of a network. */
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
