import { LocalDockerOrchestrator } from "stepdock/orchestrators";
import type { StepExecutor } from "../../src/step-launcher/port.ts";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import { runAll } from "../stepdock-run.ts";
import { SHAPES } from "../workloads/containers.ts";
import type { Bench } from "../workloads/workload.ts";
import { instead } from "./instead.ts";
import { onByOff, type Technique } from "./technique.ts";

type MakeExecutor = (this: unknown) => Promise<StepExecutor & AsyncDisposable>;

/** An outcome is told when the container has ended, as where there is no result frame. */
const atExit = (executor: StepExecutor & AsyncDisposable): StepExecutor & AsyncDisposable => {
  const execute: StepExecutor["execute"] = async (execution, signals) => {
    const end = await executor.execute(execution, signals);
    await end.released;
    return end;
  };
  return new Proxy(executor, {
    get: (target, name) => {
      if (name === "execute") return execute;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
};

const rows = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  const measured: Row[] = [];
  for (const { work, pipeline, concurrency } of SHAPES) {
    const options = { workspace: workspace.root, signal: workshop.signal, maxParallelism: concurrency };
    const on = () => timed(() => runAll(pipeline, options));
    const off = async () => {
      using _ = instead<MakeExecutor>(
        LocalDockerOrchestrator.prototype,
        "executor",
        (own) =>
          async function () {
            return atExit(await own.call(this));
          },
      );
      return await on();
    };
    await on();
    const name = `dependents started on the result frame, instead of at the exit: ${work}`;
    measured.push(await onByOff({ work: name, runs, on, off }));
  }
  return measured;
};

export const resultFrame: Technique = { name: "result-frame", rows };
