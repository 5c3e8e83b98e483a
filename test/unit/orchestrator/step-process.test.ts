import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { StepProcess } from "../../../src/orchestrator/processes/step-process.ts";
import { isGone, untilGone } from "./processes.ts";

const OWNER = new URL("children/own-step-process.ts", import.meta.url).pathname;

const start = async (code: string) => {
  const printed = { stdout: "", stderr: "" };
  const sink = {
    write: (stream: "stdout" | "stderr", chunk: Buffer) => {
      printed[stream] += chunk;
    },
  };
  const environment = { PATH: process.env.PATH ?? "", COLOUR: "blue" };
  const step = await StepProcess.start({ arguments: ["-e", code], cwd: "/", environment }, sink);
  return { step, printed };
};

test("a step and what it has started are killed as soon as their orchestrator is", async () => {
  const owner = spawn(process.execPath, [OWNER], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(owner.stdout), "line")) as [string];
  const pids: number[] = JSON.parse(line);
  expect(pids.map(isGone)).toEqual([false, false]);
  owner.kill("SIGKILL");
  await untilGone(...pids);
});

test("a step has the variables that it is given, and no others; its end comes after all that it prints", async () => {
  const { step, printed } = await start(
    `console.log(Object.keys(process.env).sort().join()); console.error("x".repeat(200_000)); process.exitCode = 7;`,
  );
  expect(await step.ended).toMatchObject({ exitCode: 7, oomKilled: false });
  expect(printed.stdout).toBe("COLOUR,PATH\n");
  expect(printed.stderr).toHaveLength(200_001);
});

test("what a step leaves behind ends with it, also where it holds the step's streams", async () => {
  const { step, printed } = await start(
    `console.log(require("node:child_process").spawn("sleep", ["3600"], { stdio: "inherit" }).pid); process.exit(0);`,
  );
  expect(await step.ended).toMatchObject({ exitCode: 0 });
  await untilGone(Number(printed.stdout));
});

test("a step that does not heed SIGTERM is killed after its grace period", async () => {
  const { step, printed } = await start(
    `process.on("SIGTERM", () => console.log("asked")); process.stdin.once("data", () => console.log("ready")); setInterval(() => {}, 1000);`,
  );
  step.tell("go");
  while (!printed.stdout.includes("ready")) await setTimeout(5);
  // The grace period is over when the test says so, and the step has been asked by then.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await step.stop(10);
    while (!printed.stdout.includes("asked")) await setTimeout(5);
    vi.advanceTimersByTime(10_000);
    expect(await step.ended).toMatchObject({ exitCode: 137 });
  } finally {
    vi.useRealTimers();
  }
  expect(printed.stdout).toBe("ready\nasked\n");
});

test("a step that cannot be started says why", async () => {
  const spec = { arguments: [], cwd: "/nowhere", environment: {} };
  await expect(StepProcess.start(spec, { write: () => {} })).rejects.toThrow(/ENOENT/);
});
