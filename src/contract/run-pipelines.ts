import { createInterface } from "node:readline";
import { openHouse } from "../composition.ts";
import { compileFile } from "../host/compile-file.ts";
import { loadOutputs } from "../host/result.ts";
import { runCompiled } from "../host/run-compiled.ts";
import type { RunEvent } from "../model/index.ts";
import type { Ended, Wanted } from "./runner.ts";

// Runs one pipeline after the other, for tests that would start the command line for each: a request a line. A process of
// its own, since `local` runs steps in it.

const run = async ({ projectRoot, workspaceRoot, file, stack, name, stopAt }: Wanted): Promise<Ended> => {
  await using house = await openHouse({ workspaceRoot, projectRoot });
  const compiled = await compileFile(house, { file, exportName: name, parameters: {} });
  const stop = new AbortController();
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    events.push(event);
    if (event.event === "step_log" && stopAt !== undefined && event.text === stopAt) stop.abort();
  };
  const signals = { signal: stop.signal, killSignal: new AbortController().signal };
  const record = await runCompiled(house, compiled, { stack, emit, signals });
  const steps = await house.workspace.metadata.listStepRuns(record.id);
  const outputs = await loadOutputs(house, compiled.snapshot, steps).catch((error: Error) => error.message);
  return { run: record, steps, outputs, events };
};

const answer = process.stdout.write.bind(process.stdout);
for await (const line of createInterface(process.stdin)) {
  const ended = await run(JSON.parse(line)).catch((error: Error) => ({ error: error.message }));
  answer(`${JSON.stringify(ended)}\n`);
}
