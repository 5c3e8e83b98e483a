import { expect, test } from "vitest";
import { Admission } from "../../../src/orchestrator/containerized/admission.ts";
import { whenAdmitted } from "../../../src/orchestrator/containerized/admit-step.ts";
import type { StepEnd, StepExecution } from "../../../src/step-launcher/port.ts";

const execution = (memory: string) =>
  ({
    invocation: { id: "train", settings: { resources: { memory } } },
    assignment: { stepRunId: "run-of-train" },
  }) as unknown as StepExecution;

const signalsOf = ({ signal }: AbortController) => ({ signal, killSignal: signal });
const notRun = () => expect.unreachable("it was run");

test("an attempt that was granted more than there is fails for good, and says what there is", async () => {
  const admission = new Admission({ memoryBytes: 1e9, cpus: 2 });
  const { result } = await whenAdmitted(
    admission,
    execution("2GB"),
    signalsOf(new AbortController()),
    notRun,
  );
  expect(result).toMatchObject({
    status: "failed",
    stepRunId: "run-of-train",
    failure: {
      name: "ResourcesExceeded",
      retryable: false,
      message: expect.stringMatching(/2GB.*1\.00 GB.*memoryFactor/),
    },
  });
});

test("one that waits when the run is stopped was never started", async () => {
  const admission = new Admission({ memoryBytes: 1e9, cpus: 2 });
  const stop = new AbortController();
  admission.enter("other", { memoryBytes: 1e9, cpus: 0 });
  const waiting = whenAdmitted(admission, execution("1GB"), signalsOf(stop), notRun);
  stop.abort();
  expect((await waiting).result).toMatchObject({ failure: { kind: "stopped" } });
});

test("one that nobody let in before holds its share until its container is gone", async () => {
  const admission = new Admission({ memoryBytes: 1e9, cpus: 2 });
  const released = Promise.withResolvers<{ exitCode: number; warnings: string[] }>();
  const end = { result: {}, released: released.promise } as unknown as StepEnd;
  await whenAdmitted(admission, execution("1GB"), signalsOf(new AbortController()), async () => end);
  expect(admission.isRunning("train")).toBe(true);
  released.resolve({ exitCode: 0, warnings: [] });
  await released.promise;
  await new Promise(setImmediate);
  expect(admission.isRunning("train")).toBe(false);
});
