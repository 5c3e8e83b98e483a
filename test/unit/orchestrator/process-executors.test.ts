import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProcessExecutor as LaunchingExecutor } from "../../../src/orchestrator/launcher/process-executor.ts";
import { ProcessExecutor as PackageExecutor } from "../../../src/orchestrator/local-package/process-executor.ts";
import type { StepExecution, StepExecutor } from "../../../src/step-launcher/port.ts";
import { untilGone } from "./processes.ts";

/** Tells its process id, and never ends. */
const ENDLESS = "console.log(process.pid); setInterval(() => {}, 1000);";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "stepdock-executors-"));
  for (const name of ["stepdock-package", "work"]) await mkdir(join(root, name));
  await writeFile(join(root, "stepdock-package/entrypoint.mjs"), ENDLESS);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const launching = (): StepExecutor =>
  new LaunchingExecutor({
    ...{ entrypoint: join(root, "stepdock-package/entrypoint.mjs"), bundles: [root], snapshotId: "snapshot" },
    build: undefined,
  });

const packaged = (): StepExecutor => {
  const scratch = () => mkdtemp(join(root, "work/step-"));
  return new PackageExecutor({
    ...{
      snapshotId: "snapshot",
      stopGracePeriod: 1,
      environments: { environmentOf: () => expect.unreachable() },
    },
    installed: async () => ({ folder: root, scratch }),
  });
};

const neverAborted = { signal: new AbortController().signal, killSignal: new AbortController().signal };

/** An attempt of which nobody can tell any more what came of it, as soon as it has printed something. */
const unreadable = () => {
  const printed = Promise.withResolvers<number>();
  const frame = printed.promise.then(() => Promise.reject(new RangeError("unreadable")));
  const execution = attempt({
    log: {
      frame,
      caughtUp: async () => {},
      tail: [],
      write: (_: string, chunk: Buffer) => printed.resolve(+`${chunk}`),
    },
  });
  return { execution, pid: printed.promise };
};

const attempt = (given: object): StepExecution =>
  ({
    ...{ invocation: { id: "a", codeHash: "b", settings: {} }, assignment: { stepRunId: "run" }, given: {} },
    ...{ environment: {}, assigned: async () => {}, paths: { exchange: root }, log: { write: () => {} } },
    ...given,
  }) as unknown as StepExecution;

test.each([
  ["launcher mode", launching],
  ["a package", packaged],
])(
  "the process of a step of %s does not outlive the one that cannot attend to it any more",
  async (_, make) => {
    const { execution, pid } = unreadable();
    await expect(make().execute(execution, neverAborted)).rejects.toThrow("unreadable");
    await untilGone(await pid);
    expect(await readdir(join(root, "work"))).toEqual([]);
  },
);

test("a packaged step that could not be started leaves no folder behind", async () => {
  const execution = attempt({ environment: { LARGE: "x".repeat(4_000_000) } });
  const { result } = await packaged().execute(execution, neverAborted);
  expect(result).toMatchObject({ status: "failed", failure: { kind: "not_started" } });
  expect(await readdir(join(root, "work"))).toEqual([]);
});

test("a packaged step whose assignment cannot be recorded is killed, and leaves no folder behind", async () => {
  const pid = Promise.withResolvers<number>();
  const assigned = async () => {
    await pid.promise;
    throw new RangeError("not recorded");
  };
  const log = { write: (_: string, chunk: Buffer) => pid.resolve(+`${chunk}`) };
  const executing = packaged().execute(attempt({ assigned, log }), neverAborted);
  await expect(executing).rejects.toThrow("not recorded");
  await untilGone(await pid.promise);
  expect(await readdir(join(root, "work"))).toEqual([]);
});
