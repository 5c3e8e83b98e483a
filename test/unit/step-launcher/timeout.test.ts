import { once } from "node:events";
import { expect, test } from "vitest";
import type { StepResult } from "../../../src/model/index.ts";
import { withTimeout } from "../../../src/step-launcher/timeout.ts";

const SIGNALS = { signal: new AbortController().signal, killSignal: new AbortController().signal };
const FAILED: StepResult = {
  ...{ formatVersion: 1, stepRunId: "step run", status: "failed" },
  failure: { kind: "threw", name: "Error", message: "its own", retryable: true },
};

const afterTheLimit = async (result: StepResult): Promise<StepResult> => {
  using limit = withTimeout(0.001, SIGNALS);
  limit.begin();
  await once(limit.signals.signal, "abort");
  return limit.asEnded(result);
};

test("A failure after the limit is one of the limit, and keeps what is known of hooks", async () => {
  const ended = await afterTheLimit({ ...FAILED, hooks: ["onStart"] });
  expect(ended).toMatchObject({ failure: { kind: "timeout", retryable: true }, hooks: ["onStart"] });
});

test("A failure whose hooks had begun before the limit stays what it was", async () => {
  const failed: StepResult = { ...FAILED, hooks: ["onStart", "onFailure"] };
  expect(await afterTheLimit(failed)).toEqual(failed);
});

test("A result within the limit stays what it is", () => {
  using limit = withTimeout(1000, SIGNALS);
  limit.begin();
  expect(limit.asEnded(FAILED)).toEqual(FAILED);
});
