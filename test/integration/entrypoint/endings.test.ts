import { execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StepResult } from "../../../src/model/index.ts";
import { type EntrypointOptions, openWorkbench, type Workbench } from "./support.ts";

const NOBODY = 65534;
const LINES = 200_000;

const STEPS = `
const quick = (name, run) => step({ name, output: z.string(), run });
export const chatter = quick("chatter", () => {
  for (let line = 1; line <= ${LINES}; line += 1) console.log("line " + line);
  process.exit(3);
});
export const leave = quick("leave", () => process.exit(0));
export const wait_forever = quick("wait_forever", () => new Promise(() => {}));
export const heedless = quick("heedless", () => {
  console.log("ready");
  return new Promise((resolve) => setTimeout(resolve, 600_000, "late"));
});
export const heedful = quick("heedful", (_inputs, { signal }) => new Promise((resolve) => {
  const busy = setInterval(() => {}, 1000);
  signal.addEventListener("abort", () => { clearInterval(busy); resolve("ended well"); });
  console.log("ready");
}));
export const giving_up = quick("giving_up", (_inputs, { signal }) => new Promise((_resolve, reject) => {
  signal.addEventListener("abort", () => reject(signal.reason));
  setInterval(() => {}, 1000);
  console.log("ready");
}));
export const rejecting = quick("rejecting", async () => {
  Promise.reject(new Error("nobody listens"));
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
export const exploding = quick("exploding", async () => {
  setTimeout(() => { throw new Error("from a timer"); }, 1);
  await new Promise((resolve) => setTimeout(resolve, 600_000));
});
export const settle = quick("settle", () => "settled");
export const large = quick("large", () => "x".repeat(200_000));
`;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(STEPS);
});
afterAll(() => bench[Symbol.asyncDispose]());

const runStep = async (name: string, options?: EntrypointOptions) =>
  bench.run(await bench.assign(name), options);

const failureOf = (result: StepResult | undefined) =>
  result?.status === "failed" ? result.failure : expect.unreachable(JSON.stringify(result));

/** Sends SIGTERM as soon as the step says that it is ready. */
const terminateWhenReady: EntrypointOptions = {
  onSpawn: (child) =>
    child.stdout?.on("data", (chunk: Buffer) => chunk.includes("ready") && child.kill("SIGTERM")),
};

test(`no line is lost when a step prints ${LINES} of them into a pipe and ends its process`, async () => {
  const end = await runStep("chatter");
  const lines = end.printed.trimEnd().split("\n");
  expect(lines).toHaveLength(LINES);
  expect(lines.every((line, index) => line === `line ${index + 1}`)).toBe(true);
  expect(failureOf(end.result)).toMatchObject({ kind: "exited_by_itself", exitCode: 3 });
  expect(end.reported).toBe(end.resultHash);
});

test("a step that ends its process with exit code 0 has failed, and is told so", async () => {
  const end = await runStep("leave");
  expect(end.status).toBe(1);
  const failure = failureOf(end.result);
  expect(failure).toMatchObject({ kind: "exited_by_itself", exitCode: 0, retryable: false });
  expect(failure.message).toContain("process.exit(0)");
});

test("a promise that never settles is a failure that says so, not a hang", async () => {
  const end = await runStep("wait_forever");
  expect(end.status).toBe(1);
  expect(failureOf(end.result)).toMatchObject({ name: "StepNeverSettled", kind: "exited_by_itself" });
});

test("a rejection that nobody handles is the step's failure", async () => {
  const end = await runStep("rejecting");
  expect(end.status).toBe(1);
  expect(failureOf(end.result)).toMatchObject({ kind: "threw", message: "nobody listens" });
});

test("an exception outside of the step's promise is the step's failure", async () => {
  const end = await runStep("exploding");
  expect(end.status).toBe(1);
  expect(failureOf(end.result)).toMatchObject({ kind: "threw", message: "from a timer" });
});

test("on SIGTERM a step that does not listen to its signal is stopped at once, and reports it", async () => {
  const end = await runStep("heedless", terminateWhenReady);
  expect(end.status).toBe(143);
  expect(failureOf(end.result)).toMatchObject({ kind: "stopped" });
  expect(end.reported).toBe(end.resultHash);
});

test("on SIGTERM a step that listens to its signal may end well", async () => {
  const end = await runStep("heedful", terminateWhenReady);
  expect(end).toMatchObject({ status: 0, result: { status: "completed" } });
});

test("on SIGTERM a step that gives up with its signal's reason counts as stopped", async () => {
  const end = await runStep("giving_up", terminateWhenReady);
  expect(end.status).toBe(143);
  expect(failureOf(end.result)).toMatchObject({ kind: "stopped" });
});

test("what a module throws while it is loaded is told under the assignment, and to nobody without one", async () => {
  await using broken = await openWorkbench('throw new Error("not today");');
  const end = await broken.run(await broken.assign("any"));
  expect(end.status).toBe(1);
  expect(failureOf(end.result)).toMatchObject({ kind: "threw", message: "not today" });
  const unassigned = await broken.run(await broken.assign("any"), { stdin: "", endStdin: true });
  expect(unassigned).toMatchObject({ status: 75, stderr: "" });
});

test("a result that cannot be written ends with 73, without a frame", async () => {
  const assignment = await bench.assign("leave");
  await chmod(assignment.attemptDirectory, 0o555);
  const end = await bench.run(assignment, process.getuid?.() === 0 ? { uid: NOBODY } : {});
  expect(end).toMatchObject({ status: 73, reported: undefined, result: undefined });
  expect(end.stderr).toMatch(/stepdock: the result cannot be written: EACCES/);
});

/** A file system of 64 KB at `path`; undefined where this user may not mount one. */
const tinyDisk = (path: string): Disposable | undefined => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "pipe" });
    return { [Symbol.dispose]: () => void execFileSync("umount", ["--lazy", path]) };
  } catch {
    return undefined;
  }
};

test("an output for which the disk is too small ends with 73 and a result that says so", async (context) => {
  const assignment = await bench.assign("large");
  using disk = tinyDisk(bench.outputPath(assignment));
  if (!disk) return context.skip("only root may mount a small disk");
  const end = await bench.run(assignment);
  expect(end.status).toBe(73);
  const failure = failureOf(end.result);
  expect(failure.kind).toBe("output_not_written");
  expect(failure.message).toMatch(/space|full/i);
});

test("a disk that has no room for the result itself ends with 73", async (context) => {
  const assignment = await bench.assign("settle");
  using disk = tinyDisk(assignment.attemptDirectory);
  if (!disk) return context.skip("only root may mount a small disk");
  execFileSync("dd", ["if=/dev/zero", `of=${assignment.attemptDirectory}/full`, "bs=1k", "count=64"], {
    stdio: "pipe",
  });
  const end = await bench.run(assignment);
  expect(end).toMatchObject({ status: 73, reported: undefined, result: undefined });
  expect(end.stderr).toMatch(/the result cannot be written: ENOSPC/);
});
