import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../fixtures/project.ts";
import { contractProject } from "./orchestrator/pipelines.ts";
import { type Ended, linesOf, type Runner, startRunner, statusesIn } from "./orchestrator/runner.ts";

/**
 * The one suite of every orchestrator: four runs of small pipelines. A new flavor gets it for one line:
 * `orchestratorContract("my_stack", { "stepdock.config.ts": … })`.
 *
 * @param files of the project besides the pipelines: what registers the stack, where it is not built in
 */
export const orchestratorContract = (stack: string, files: Readonly<Record<string, string>> = {}): void => {
  describe(`orchestrator of stack ${stack}`, () => {
    let [project, runner]: [Project?, Runner?] = [];
    let [first, again, failing]: [Ended?, Ended?, Ended?] = [];
    const run = (name: string, stopAt?: string) =>
      (runner as Runner).run({ directory: project?.directory ?? "", stack, name, ...(stopAt && { stopAt }) });

    beforeAll(async () => {
      project = await contractProject(files);
      runner = startRunner();
      first = await run("whole");
      again = await run("whole");
      failing = await run("failing");
    });
    afterAll(async () => {
      await runner?.[Symbol.asyncDispose]();
      await project?.[Symbol.asyncDispose]();
    });

    test("values and files go from step to step", () => {
      expect(first?.run).toMatchObject({ status: "completed", failure: null, stack });
      expect(first?.outputs).toMatchObject({ text: "0,1,2" });
    });

    test("a step is told its own variables and those of its run", () => {
      const runId = first?.run.orchestratorRunId;
      expect(runId).toMatch(/^whole-/);
      expect(first?.outputs).toMatchObject({ colour: "blue", stepName: "told", runId });
    });

    test("what a step prints is told line by line, each stream for itself", () => {
      expect(first && linesOf(first, "make").toSorted()).toEqual(["stderr: on stderr", "stdout: made 3"]);
    });

    test("a step that fails is tried again, and each attempt has its record", () => {
      const attempts = first?.steps.filter(({ invocationId }) => invocationId === "flaky");
      expect(attempts?.map(({ attempt, status }) => [attempt, status])).toEqual([
        [1, "retried"],
        [2, "completed"],
      ]);
      expect(first?.outputs).toMatchObject({ attempt: 2 });
    });

    test("what an earlier run made is taken from it, and nothing is executed", () => {
      const ids = ["make", "write", "read", "flaky", "told"];
      expect(again && statusesIn(again)).toEqual(Object.fromEntries(ids.map((id) => [id, "cached"])));
      expect(again?.outputs).toEqual(first?.outputs);
      expect(again?.events.filter(({ event }) => event === "step_log")).toEqual([]);
    });

    test("a step that throws fails its run with its own error; what depends on it is skipped, all else runs", () => {
      expect(failing?.run.status).toBe("failed");
      expect(failing && statusesIn(failing)).toEqual({
        make: "completed",
        boom: "failed",
        plus_one: "skipped",
      });
      const failure = failing?.steps.find(({ invocationId }) => invocationId === "boom")?.failure;
      expect(failure).toMatchObject({ kind: "threw", name: "RangeError", message: "too far" });
      expect(failure?.stack).toContain(`${project?.directory}/pipeline.ts:`);
    });

    test("a run that is stopped asks its steps to end, and starts no more", async () => {
      const stopped = await run("held", "holding");
      expect(stopped.run.status).toBe("stopped");
      expect(statusesIn(stopped)).toMatchObject({ hold: "stopped" });
      expect(statusesIn(stopped)).not.toMatchObject({ plus_one: "completed" });
      expect(existsSync(project?.path(`.stepdock/runs/${stopped.run.id}`) ?? "")).toBe(true);
    });
  });
};
