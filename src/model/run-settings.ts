import * as z from "zod/mini";
import { ContainerPath } from "./docker-settings.ts";
import { Memory } from "./resource-settings.ts";

const Text = z.string().check(z.minLength(1));

/** What a container sees at a path. */
export const Volume = z.strictObject({
  /** A path of the engine's host (with a `/`, or `.`; relative to the project's root), else the name of a volume. */
  source: Text,
  /** Default true. */
  readOnly: z.optional(z.boolean()),
});
export type Volume = z.infer<typeof Volume>;

const Tmpfs = z.strictObject({
  /** At most so much of the step's memory. */
  size: z.optional(Memory),
  /** Whether programs in it can be run. Default false. */
  exec: z.optional(z.boolean()),
});

const Ulimit = z.union([
  z.int().check(z.gte(-1)),
  z.strictObject({ soft: z.int().check(z.gte(-1)), hard: z.int().check(z.gte(-1)) }),
]);

/** `8080`, `8080/udp`. */
const ContainerPort = z
  .string()
  .check(z.regex(/^\d{1,5}(\/(tcp|udp|sctp))?$/, "must be a port, such as 8080 or 53/udp"));

/** A port of the loopback device, 0 for any; or an address with one: `0.0.0.0:8080`. */
const HostPort = z.union([
  z.int().check(z.gte(0), z.lte(65_535)),
  z.string().check(z.regex(/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\]):\d{1,5}$/, "must be as 127.0.0.1:8080")),
]);

/**
 * How the container of a step is run; ZenML's `run_args`. A step has none of this unless it says so. `volumes`,
 * `extraHosts` and `devices` can change a result and are in the cache key; the rest is not.
 */
export const RunSettings = z.strictObject({
  /** Path in the container → what is there. */
  volumes: z.optional(z.record(ContainerPath, Volume)),
  /** `none` (the default), `bridge`, `host` or the name of a network. `settings.network` is its short form. */
  network: z.optional(Text),
  /** Name → address, for `/etc/hosts`. The address `host-gateway` is the engine's host. */
  extraHosts: z.optional(
    z.record(z.string().check(z.regex(/^[A-Za-z0-9_.-]+$/, "must be the name of a host")), Text),
  ),
  /** Port of the container → port of the engine's host, on 127.0.0.1 unless an address is given. */
  ports: z.optional(z.record(ContainerPort, HostPort)),
  /** Size of `/dev/shm`. Default: the engine's, 64 MiB. */
  shmSize: z.optional(Memory),
  /** Name, such as `nofile` → limit, or soft and hard limit; -1 for none. */
  ulimits: z.optional(
    z.record(z.string().check(z.regex(/^[a-z]+$/, "must be a name, such as nofile")), Ulimit),
  ),
  /** Path in the container → a file system in memory. */
  tmpfs: z.optional(z.record(ContainerPath, Tmpfs)),
  /** Devices of the engine's host: `/dev/fuse`, `/dev/sda:/dev/xvda:r`. */
  devices: z.optional(
    z.readonly(
      z.array(
        z
          .string()
          .check(z.regex(/^\/[^:]+(:\/[^:]+)?(:[rwm]{1,3})?$/, "must be as /dev/fuse or /dev/a:/dev/b:rw")),
      ),
    ),
  ),
  /** Kernel parameters of the container's own namespaces. */
  sysctls: z.optional(z.record(z.string().check(z.regex(/^[a-z0-9_./-]+$/i)), z.string())),
  /** Capabilities that are not dropped: `NET_BIND_SERVICE`. They count for `docker: { user: "root" }`. */
  capAdd: z.optional(z.readonly(z.array(z.string().check(z.regex(/^[A-Z_]+$/, "must be as NET_ADMIN"))))),
});
export type RunSettings = z.infer<typeof RunSettings>;
