import { expect, test } from "vitest";
import type { Invocation, StepSettings } from "../../../src/model/index.ts";
import { checkMounts } from "../../../src/orchestrator/containerized/check-mounts.ts";
import { checkClaims, claimOf } from "../../../src/orchestrator/containerized/claims.ts";

const step = (id: string, settings: StepSettings) => ({ id, settings }) as unknown as Invocation;
const ENGINE = { memoryBytes: 4e9, cpus: 2, hasGpuRuntime: false };

test("a step counts for its limits, and for a little where it has none", () => {
  expect(claimOf(step("a", { resources: { memory: "1GB", cpuCount: 0.5 } }))).toEqual({
    memoryBytes: 1e9,
    cpus: 0.5,
  });
  expect(claimOf(step("a", {}))).toEqual({ memoryBytes: 64 * 2 ** 20, cpus: 0 });
});

test("what can never fit is refused in one error with step, asked and available, and what fits is not", () => {
  const fits = step("fits", { resources: { memory: "4GB", cpuCount: 2 } });
  checkClaims([fits, step("bare", {})], ENGINE);
  const big = step("big", { resources: { memory: "5GB", cpuCount: 3 } });
  const check = () => checkClaims([fits, big, step("wide", { resources: { cpuCount: 2.5 } })], ENGINE);
  expect(check).toThrow(
    'Step "big" asks for 5GB of memory, and the engine has 4.00 GB; and for 3 CPUs, and the engine has 2.\n' +
      'Step "wide" asks for 2.5 CPUs, and the engine has 2.\nAsk for less',
  );
});

test("a GPU is refused where the engine has no runtime for it", () => {
  const train = step("train", { resources: { gpuCount: 1 } });
  expect(() => checkClaims([train], ENGINE)).toThrow(/Step "train" asks for 1 GPU.* no runtime for GPUs/);
  checkClaims([train], { ...ENGINE, hasGpuRuntime: true });
  checkClaims([step("none", { resources: { gpuCount: 0 } })], ENGINE);
});

const NEEDED = { "/w/stores": "the artifact stores", "/w/runs": "its exchange directory" };

test.each(["/w/stores", "/w/stores/default", "/w/runs/1"])("nothing is mounted at %s", (path) => {
  const told = (kind: string) => `Step "a" has "settings.run.${kind}.${path}", which would hide`;
  expect(() => checkMounts([step("a", { run: { tmpfs: { [path]: {} } } })], NEEDED)).toThrow(told("tmpfs"));
  const volumes = { [path]: { source: "x" } };
  expect(() => checkMounts([step("a", { run: { volumes } })], NEEDED)).toThrow(told("volumes"));
});

test("beside and around what is needed, anything may be mounted", () => {
  checkMounts([step("a", { run: { tmpfs: { "/w/storesroom": {}, "/w": {} } } })], NEEDED);
});
