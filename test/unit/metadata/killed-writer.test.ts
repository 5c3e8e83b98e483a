import { expect, test } from "vitest";
import {
  openSqliteMetadataStore,
  type SqliteMetadataStore,
} from "../../../src/metadata/sqlite-metadata-store.ts";
import type { PipelineRun } from "../../../src/model/index.ts";
import { Child } from "./child.ts";
import { aDatabaseFile } from "./files.ts";

const KILLS = 20;

/** Kills the child with SIGKILL as soon as it has begun that many long transactions; the runs that it told are whole. */
const killAfter = async (child: Child, count: number): Promise<string[]> => {
  const whole: string[] = [];
  let begun = 0;
  for await (const line of child.lines()) {
    if (line.startsWith("whole ")) whole.push(line.slice("whole ".length));
    else if (++begun === count) await child.kill();
  }
  return whole;
};

const WHOLE = "completed: completed load with days, 600 more, inputs ok";
const STATES = [
  "running: no load with nothing, 0 more, inputs ok",
  "running: running load with nothing, 0 more, inputs ok",
  "running: completed load with days, 0 more, inputs ok",
  "running: completed load with days, 600 more, inputs ok",
  WHOLE,
];

const stateOf = async (store: SqliteMetadataStore, { id, status }: PipelineRun): Promise<string> => {
  const [load, ...more] = await store.listStepRuns(id);
  const outputs = Object.keys(await store.outputsOf(`${id}-load`)).join() || "nothing";
  const sample = await Promise.all([0, 499, 500, 599].map((index) => store.inputsOf(`${id}-${index}`)));
  const linked = sample.filter(({ days }) => days !== undefined).length;
  const inputs = linked === (more.length === 0 ? 0 : sample.length) ? "ok" : "missing";
  return `${status}: ${load?.status ?? "no"} load with ${outputs}, ${more.length} more, inputs ${inputs}`;
};

test("a writer that is killed 20 times leaves a sound file: all that it told of, and no half transaction", async () => {
  await using file = await aDatabaseFile();
  const told: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await using child = new Child("write-without-end", [file.path]);
    told.push(...(await killAfter(child, 1 + (kill % 3))));
    await using store = await openSqliteMetadataStore({ path: file.path });
    expect(await store.checkIntegrity()).toEqual([]);
    const kept = (await store.listRuns()).filter(({ id }) => told.includes(id));
    expect(kept).toHaveLength(told.length);
    for (const run of kept.slice(0, 5)) expect(await stateOf(store, run)).toBe(WHOLE);
    for (const run of await store.listRuns({ limit: 3 })) expect(STATES).toContain(await stateOf(store, run));
  }
  expect(told.length).toBeGreaterThanOrEqual(19);
});
