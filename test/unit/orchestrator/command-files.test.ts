import { mkdir, mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { storeOutput } from "../../../src/artifact/store-output.ts";
import { containerStep, file, directory as folder } from "../../../src/index.ts";
import type { AssignedInput, Assignment } from "../../../src/model/index.ts";
import { stageInputs } from "../../../src/orchestrator/containerized/command-inputs.ts";
import {
  emptyValues,
  readOutputs,
  stageOutputs,
} from "../../../src/orchestrator/containerized/command-outputs.ts";
import type { Schemas } from "../../../src/pipeline/schema.ts";
import { STEP, type Step } from "../../../src/pipeline/step.ts";

const bench = async () => {
  const temporary = await mkdtempDisposable(join(tmpdir(), "stepdock-command-"));
  const store = createLocalArtifactStore({ root: join(temporary.path, "stores") });
  const artifact = async (
    output: string,
    materializer: string,
    fill: (directory: string) => Promise<unknown>,
  ) => {
    const uri = store.uri({ stepName: "s", outputName: output, stepRunId: "r" });
    await store.create(uri);
    await fill(store.path(uri));
    return { kind: "artifact", uri, materializer, contentHash: "" } satisfies AssignedInput;
  };
  return {
    path: (name: string) => join(temporary.path, name),
    store,
    artifact,
    [Symbol.asyncDispose]: () => temporary.remove(),
  };
};

const definitionOf = (inputs: Schemas, outputs: Schemas = {}) =>
  (containerStep({ name: "s", image: "i", inputs, outputs }) as unknown as Step)[STEP].definition;

const assigned = (inputs: Assignment["inputs"]) => ({ inputs }) as Assignment;

test("values are plain JSON in files, text also as it is; files and folders are mounted from the store, read-only", async () => {
  await using at = await bench();
  const days = await at.artifact("days", "json", (directory) =>
    storeOutput([{ when: new Date(0) }], { directory, materializer: "auto" }),
  );
  const table = await at.artifact("table", "file", (path) => writeFile(join(path, "t.csv"), "a,b"));
  const images = await at.artifact("images", "directory", (path) => writeFile(join(path, "1.png"), "x"));
  const definition = definitionOf({
    days: z.array(z.object({ when: z.date() })),
    label: z.string(),
    note: z.string().optional(),
    table: file(),
    images: folder(),
  });
  const label = { kind: "parameter", value: "a b" } as const;
  const assignment = assigned({ days, label, table, images });
  const directory = at.path("inputs");
  const { inputs, mounts } = await stageInputs(definition, { assignment, store: at.store, directory });
  expect(await readFile(join(directory, "days.json"), "utf8")).toBe('[{"when":"1970-01-01T00:00:00.000Z"}]');
  expect(await readFile(join(directory, "label.json"), "utf8")).toBe('"a b"');
  expect(await readFile(join(directory, "label.txt"), "utf8")).toBe("a b");
  expect(inputs).toEqual({
    days: { value: [{ when: new Date(0) }], path: "/stepdock/inputs/days.json" },
    label: { value: "a b", path: "/stepdock/inputs/label.json" },
    note: {},
    table: { path: "/stepdock/inputs/table/t.csv" },
    images: { path: "/stepdock/inputs/images" },
  });
  expect(mounts).toEqual([
    { type: "bind", source: directory, target: "/stepdock/inputs", readOnly: true },
    { type: "bind", source: at.store.path(table.uri), target: "/stepdock/inputs/table", readOnly: true },
    { type: "bind", source: at.store.path(images.uri), target: "/stepdock/inputs/images", readOnly: true },
  ]);
});

test.each<[string, Schemas, unknown, RegExp]>([
  ["no JSON", { n: z.bigint() }, { $bigint: "1" }, /./],
  [
    "a file where a value is declared",
    { n: z.string() },
    "file",
    /a file or folder, and the step declares a value/,
  ],
  ["a value where a file is declared", { n: file() }, "json", /a value, and the step declares a file/],
])("an input that is %s fails the step before it begins", async (_, inputs, given, message) => {
  await using at = await bench();
  const input =
    typeof given === "string"
      ? await at.artifact("n", given, (path) => writeFile(join(path, "value.json"), '"x"'))
      : await at.artifact("n", "json", (directory) => storeOutput(1n, { directory, materializer: "json" }));
  const staging = { assignment: assigned({ n: input }), store: at.store, directory: at.path("inputs") };
  await expect(stageInputs(definitionOf(inputs), staging)).rejects.toMatchObject({
    failure: { kind: "wrong_input", message: expect.stringMatching(message) },
  });
});

const outputsBench = async (schemas: Schemas) => {
  const at = await bench();
  const assignment = { outputs: {} as Record<string, { uri: string; materializer: string }> };
  for (const name of Object.keys(schemas)) {
    const { uri } = await at.artifact(name, "auto", async () => {});
    assignment.outputs[name] = { uri, materializer: "auto" };
  }
  const directory = at.path("outputs");
  const definition = definitionOf({}, schemas);
  const collecting = { assignment, store: at.store, directory };
  const staged = await stageOutputs(definition, collecting);
  const placeOf = (name: string) => at.store.path(assignment.outputs[name]?.uri ?? "");
  return {
    ...at,
    staged,
    directory,
    placeOf,
    read: () => readOutputs(definition, collecting),
    empty: () => emptyValues(definition, collecting),
  };
};

test("a command is told where to write, and only files and folders go to the store at once", async () => {
  await using at = await outputsBench({
    score: z.object({ loss: z.number() }),
    report: z.string(),
    model: file({ name: "model.bin" }),
    plain: file(),
    plots: folder(),
  });
  expect(at.staged.outputs).toEqual({
    score: { path: "/stepdock/outputs/score.json" },
    report: { path: "/stepdock/outputs/report.txt" },
    model: { path: "/stepdock/outputs/model/model.bin" },
    plain: { path: "/stepdock/outputs/plain/plain" },
    plots: { path: "/stepdock/outputs/plots" },
  });
  expect(at.staged.mounts.map(({ source, target, readOnly }) => [source, target, readOnly])).toEqual([
    [at.directory, "/stepdock/outputs", false],
    ...["model", "plain", "plots"].map((name) => [at.placeOf(name), `/stepdock/outputs/${name}`, false]),
  ]);
});

test("values are read as JSON or text, as their schema takes them; files and folders stay where they are", async () => {
  await using at = await outputsBench({
    ...{
      score: z.object({ loss: z.number() }),
      report: z.string(),
      count: z.number(),
      version: z.union([z.string(), z.boolean()]),
    },
    model: file({ name: "model.bin" }),
  });
  await writeFile(join(at.directory, "score.json"), '{"loss": 0.5}\n');
  await writeFile(join(at.directory, "report.txt"), "12\n\n");
  await writeFile(join(at.directory, "count.txt"), "3\n");
  await writeFile(join(at.directory, "version.txt"), "1.0\n");
  await writeFile(join(at.placeOf("model"), "model.bin"), "weights");
  expect(await at.read()).toEqual({ score: { loss: 0.5 }, report: "12\n", count: 3, version: "1.0" });
});

test.each<[string, Schemas, (directory: string, place: string) => Promise<unknown>, RegExp]>([
  [
    "is missing",
    { x: z.number() },
    async () => {},
    /output "x" is not there: .* at \/stepdock\/outputs\/x\.json/,
  ],
  ["is a missing text", { x: z.string() }, async () => {}, /expected at \/stepdock\/outputs\/x\.txt/],
  [
    "is a missing file, though another was written",
    { x: file({ name: "a.bin" }) },
    (_, place) => writeFile(join(place, "b.bin"), ""),
    /output "x" is not there: .* at \/stepdock\/outputs\/x\/a\.bin/,
  ],
  ["is an empty folder", { x: folder() }, async () => {}, /expected at \/stepdock\/outputs\/x\. /],
  [
    "is a link",
    { x: z.string() },
    (directory) => symlink("/etc/passwd", join(directory, "x.txt")),
    /it is a link/,
  ],
  ["is a folder", { x: z.number() }, (directory) => mkdir(join(directory, "x.json")), /is not a plain file/],
  [
    "is no JSON",
    { x: z.number() },
    (directory) => writeFile(join(directory, "x.json"), "{"),
    /"x" is no JSON .*x\.json/,
  ],
])("an output that %s is refused by name", async (_, schemas, write, message) => {
  await using at = await outputsBench(schemas);
  await write(at.directory, at.placeOf("x"));
  await expect(at.read()).rejects.toMatchObject({
    failure: { kind: "wrong_output", retryable: false, message: expect.stringMatching(message) },
  });
});

test("what a collection that was cut short had stored is removed, but not what the command itself wrote", async () => {
  await using at = await outputsBench({ score: z.number(), model: file({ name: "m" }) });
  await writeFile(join(at.placeOf("score"), "value.json"), "0");
  await writeFile(join(at.placeOf("model"), "m"), "weights");
  await at.empty();
  await expect(readFile(join(at.placeOf("score"), "value.json"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readFile(join(at.placeOf("model"), "m"), "utf8")).toBe("weights");
});
