import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { usageSince } from "../../../entrypoint/usage.ts";

const usageOf = async (files: Readonly<Record<string, string>>) => {
  await using root = await mkdtempDisposable(join(tmpdir(), "stepdock-"));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root.path, file)), { recursive: true });
    await writeFile(join(root.path, file), text);
  }
  const { wallSeconds, ...counted } = usageSince(performance.now(), root.path);
  expect(wallSeconds).toBeGreaterThanOrEqual(0);
  return counted;
};

const EXPECTED = { peakMemoryBytes: 12_345_678, cpuSeconds: 1.235, throttledSeconds: 0.5 };

test("a unified control group tells peak, CPU time and throttled time", async () => {
  const files = {
    "cgroup.controllers": "cpu memory\n",
    "memory.peak": "12345678\n",
    "cpu.stat": "usage_usec 1234567\nuser_usec 1\nnr_throttled 5\nthrottled_usec 500000\n",
  };
  expect(await usageOf(files)).toEqual(EXPECTED);
});

test("so do the older ones, a folder each", async () => {
  const files = {
    "memory/memory.max_usage_in_bytes": "12345678\n",
    "cpuacct/cpuacct.usage": "1234567890\n",
    "cpu/cpu.stat": "nr_periods 10\nnr_throttled 5\nthrottled_time 500000000\n",
  };
  expect(await usageOf(files)).toEqual(EXPECTED);
});

test("what the kernel does not tell is left out, and so is what is the machine's", async () => {
  expect(await usageOf({ "cgroup.controllers": "", "cpu.stat": "usage_usec 1000000\n" })).toEqual({
    cpuSeconds: 1,
  });
  expect(await usageOf({})).toEqual({});
  const machine = { "memory/release_agent": "", "memory/memory.max_usage_in_bytes": "1\n" };
  expect(await usageOf(machine)).toEqual({});
});
