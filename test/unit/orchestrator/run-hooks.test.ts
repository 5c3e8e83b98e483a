import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEventBody } from "../../../src/model/index.ts";
import { callRunHook, type RunHookCall } from "../../../src/orchestrator/base/run-hooks.ts";
import type { RunContext } from "../../../src/step-launcher/run-context.ts";
import { workspacePaths } from "../../../src/workspace/paths.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "stepdock-run-hooks-"));
  const { runs, bundles } = workspacePaths(root);
  await mkdir(join(runs, "run"), { recursive: true });
  await mkdir(bundles);
  const bundle = (name: string, code: string) => writeFile(join(bundles, `${name}.mjs`), code);
  // Not by `console`, which is the test runner's here.
  const out = 'process.stdout.write("in " + runName + "\\n"); process.stderr.write("aside\\n");';
  await bundle("says", `export const step = ({ runName }) => { ${out} };`);
  await bundle("throws", `export const step = async () => { throw new RangeError("too far"); };`);
  await bundle("never", `export const step = () => new Promise(() => {});`);
  const asked = 'signal.aborted ? resolve() : signal.addEventListener("abort", resolve)';
  await bundle("heeds", `export const step = ({ signal }) => new Promise((resolve) => ${asked});`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const call = async (codeHash: string, given: Partial<RunHookCall> = {}): Promise<RunEventBody[]> => {
  const events: RunEventBody[] = [];
  const context = {
    run: { id: "run", name: "a run", pipelineName: "p" },
    secrets: {},
    ...{
      paths: workspacePaths(root),
      now: () => new Date(),
      emit: (event: RunEventBody) => void events.push(event),
    },
  } as unknown as RunContext;
  const signal = new AbortController().signal;
  await callRunHook(context, { hook: "onInit", code: { source: "h.ts#h", codeHash }, signal, ...given });
  return events;
};

test("What a hook of the run prints is told, and kept in a file of its own", async () => {
  const events = await call("says");
  expect(events).toEqual([
    { event: "hook_log", hook: "onInit", stream: "stdout", text: "in a run" },
    { event: "hook_log", hook: "onInit", stream: "stderr", text: "aside" },
  ]);
  const file = await readFile(join(root, "runs/run/onInit.ndjson"), "utf8");
  expect(file.trim().split("\n")).toHaveLength(2);
});

test("What it throws is thrown", async () => {
  await expect(call("throws")).rejects.toThrow(new RangeError("too far"));
});

test("One that does not end is left behind when its time is over", async () => {
  await expect(call("never", { seconds: 0.01 })).rejects.toThrow("did not end within 0.01 s");
});

test("Its time can begin with an interruption", async () => {
  const interruption = new AbortController();
  const running = call("never", { seconds: 0.01, limitFrom: interruption.signal });
  interruption.abort();
  await expect(running).rejects.toThrow("did not end within");
});

test("One that heeds the interruption ends well", async () => {
  const interruption = new AbortController();
  const { signal } = interruption;
  const running = call("heeds", { signal, limitFrom: signal });
  interruption.abort();
  await expect(running).resolves.toEqual([]);
});

test("One that is killed is not waited for", async () => {
  const killSignal = AbortSignal.abort();
  await expect(call("never", { limitFrom: new AbortController().signal, killSignal })).rejects.toThrow(
    "was killed",
  );
});
