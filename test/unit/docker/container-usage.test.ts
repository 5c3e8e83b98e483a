import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { usageIn, watchUsage } from "../../../src/docker/container-usage.ts";
import { InterruptedError } from "../../../src/docker/interrupted-error.ts";

/** As Docker 20.10 told it where control groups are of version 1, with fewer of their `stats`. */
const VERSION_1 = {
  read: "2026-11-21T15:36:02.161441257Z",
  preread: "2026-11-21T15:36:01.156765779Z",
  pids_stats: { current: 1 },
  num_procs: 0,
  storage_stats: {},
  cpu_stats: {
    cpu_usage: {
      total_usage: 48_790_203,
      percpu_usage: [48_221_025, 569_178],
      usage_in_kernelmode: 30_000_000,
      usage_in_usermode: 10_000_000,
    },
    system_cpu_usage: 36_762_510_000_000,
    online_cpus: 2,
    throttling_data: { periods: 3, throttled_periods: 1, throttled_time: 20_142_537 },
  },
  precpu_stats: { cpu_usage: { total_usage: 48_790_203, usage_in_kernelmode: 0, usage_in_usermode: 0 } },
  memory_stats: {
    usage: 720_896,
    max_usage: 22_065_152,
    stats: { cache: 0, hierarchical_memory_limit: 67_108_864, rss: 53_248, total_rss: 53_248 },
    limit: 67_108_864,
  },
  name: "/youthful_dirac",
  id: "358babfca12c4ed68b36ac6bf205104b2dd0b87c6f6fc19de6ef91ef7130d670",
};

/** As engines tell it where they are of version 2: no `max_usage`, no figure for each CPU, other `stats`. */
const VERSION_2 = {
  ...VERSION_1,
  cpu_stats: {
    cpu_usage: { total_usage: 663_809_000, usage_in_kernelmode: 273_333_000, usage_in_usermode: 390_476_000 },
    system_cpu_usage: 777_710_000_000,
    online_cpus: 2,
    throttling_data: { periods: 12, throttled_periods: 4, throttled_time: 250_112_000 },
  },
  memory_stats: {
    usage: 83_562_496,
    stats: { anon: 32_264_192, file: 48_533_504, inactive_file: 48_271_360, slab: 1_598_960 },
    limit: 134_217_728,
  },
};

/** As Docker 20.10 goes on to tell of a container that has exited. */
const AFTER_EXIT = {
  ...VERSION_1,
  read: "0001-01-01T00:00:00Z",
  pids_stats: {},
  cpu_stats: {
    cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  },
  memory_stats: {},
};

test("control groups of version 1 tell the highest use of memory since the start", () => {
  expect(usageIn(VERSION_1)).toEqual({
    memoryBytes: 22_065_152,
    cpuNanoseconds: 48_790_203,
    throttledNanoseconds: 20_142_537,
  });
});

test("those of version 2 tell what is used now", () => {
  expect(usageIn(VERSION_2)).toEqual({
    memoryBytes: 83_562_496,
    cpuNanoseconds: 663_809_000,
    throttledNanoseconds: 250_112_000,
  });
});

test("a container that has exited uses nothing that could be told", () => {
  expect(usageIn(AFTER_EXIT)).toBeUndefined();
});

test("what is not told is left out, and what is no sample is refused", () => {
  expect(usageIn({ cpu_stats: { cpu_usage: { total_usage: 5 } }, memory_stats: {} })).toEqual({
    cpuNanoseconds: 5,
  });
  expect(() => usageIn({ message: "no such container" })).toThrow(/cpu_stats/);
});

test("whoever has had enough is told no more, of samples that came together either", async () => {
  const both = `${JSON.stringify(VERSION_1)}\n${JSON.stringify(VERSION_1)}\n`;
  await using server = createServer((_request, response) => void response.write(both)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const enough = new AbortController();
  const samples = watchUsage(new Dockerode({ host: "127.0.0.1", port }), "any", { signal: enough.signal });
  expect((await samples.next()).done).toBe(false);
  enough.abort();
  await expect(samples.next()).rejects.toThrow(InterruptedError);
});
