import { expect, test } from "vitest";
import {
  LocalOrchestrator,
  LocalOrchestratorConfig,
  type PipelineSnapshot,
  type SubmissionResult,
} from "../../../src/orchestrators.ts";
import { FORK, openBench, statusesOf } from "./support.ts";

/** ZenML's direct orchestration, in two lines. */
class Direct extends LocalOrchestrator {
  override async submitPipeline({ invocations }: PipelineSnapshot): Promise<SubmissionResult> {
    for (const invocation of Object.values(invocations)) await this.runStep(invocation);
    return {};
  }
}

test("an orchestrator may run its steps itself, one after the other", async () => {
  await using bench = await openBench({ "pipeline.ts": FORK });
  const identity = { name: "direct", id: "direct", config: LocalOrchestratorConfig.parse({}) };
  const { run, steps } = await bench.run(new Direct(identity, bench.services));
  expect(statusesOf(steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
  expect(run.status).toBe("completed");
});
