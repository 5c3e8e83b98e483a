import { DagRunner } from "../../../src/dag/dag-runner.ts";
import type { DagRunnerOptions } from "../../../src/dag/dag-runner-options.ts";
import type { DagResult } from "../../../src/dag/node-status.ts";
import { everythingHappened, ManualNodes } from "./support.ts";

export const dag = { bad: [], below: ["bad"], bottom: ["below"], good: [], after: ["good"] };
export const completed = { status: "completed" };
export const skipped = { status: "skipped", reason: { kind: "upstream_failed", upstream: "bad" } };
export const afterFailure = {
  status: "cancelled",
  reason: { kind: "run_stopped_after_failure", failed: "bad" },
};
export const interrupted = { status: "cancelled", reason: { kind: "interrupted" } };

export const start = async (options: Omit<DagRunnerOptions, "dag" | "runNode">) => {
  const nodes = new ManualNodes();
  const stopped: string[] = [];
  const stopNode = (id: string) => void stopped.push(id);
  const running = new DagRunner({ dag, runNode: nodes.run, stopNode, ...options }).run();
  await everythingHappened();
  return { nodes, stopped, running };
};

export const asObject = ({ nodes }: DagResult) => Object.fromEntries(nodes);
