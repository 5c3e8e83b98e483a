import { mkdir, mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as z from "zod";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { settleOutputs } from "../../../src/compiler/settle-outputs.ts";
import {
  defineMaterializer,
  directory,
  directoryAt,
  file,
  fileAt,
  input,
  output,
  type Step,
  step,
} from "../../../src/index.ts";
import type { Assignment, StepResult } from "../../../src/model/index.ts";
import { STEP } from "../../../src/pipeline/step.ts";
import { StepRunner } from "../../../src/step-runner/step-runner.ts";

const house = async () => {
  const folder = await mkdtempDisposable(join(tmpdir(), "stepdock-files-"));
  const store = createLocalArtifactStore({ root: join(folder.path, "stores") });
  const run = async (
    subject: unknown,
    inputs: Assignment["inputs"] = {},
  ): Promise<{ result: StepResult; uris: Record<string, string> }> => {
    const { definition } = (subject as Step)[STEP];
    const settled = settleOutputs(definition, "a step");
    const uris: Record<string, string> = {};
    const outputs: Assignment["outputs"] = {};
    for (const name of Object.keys(definition.outputs)) {
      const uri = store.uri({ stepName: definition.name, outputName: name, stepRunId: "1" });
      await store.create(uri);
      uris[name] = uri;
      outputs[name] = { uri, materializer: settled[name]?.materializer ?? "auto" };
    }
    const { signal } = new AbortController();
    const runner = new StepRunner({ definition, store, bundles: "", log: console, signal });
    const facts = { formatVersion: 1, runId: "r", runName: "r", pipelineName: "p", stepRunId: "1" } as const;
    const result = await runner.run({
      ...{ ...facts, invocationId: definition.name, stepName: definition.name, attempt: 1, inputs, outputs },
      ...{ artifactStore: store.name, attemptDirectory: folder.path, nonce: "0".repeat(32) },
    });
    return { result, uris };
  };
  return { path: folder.path, store, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

const outputOf = (result: StepResult, name: string) => {
  if (result.status !== "completed") throw new Error(result.failure.message);
  const output = result.outputs[name];
  if (!output) throw new Error(`no output ${name}`);
  return output;
};

const failureOf = (result: StepResult) => {
  if (result.status !== "failed") throw new Error("the step did not fail");
  return result.failure;
};

const artifactInput = (uri: string, materializer: string) =>
  ({ kind: "artifact", uri, materializer, contentHash: "" }) as const;

it("takes a file and a folder where the step was told to write them, and gives them to the next as they are", async () => {
  await using at = await house();
  const make = step({
    name: "make",
    outputs: { report: file({ name: "report.csv" }), site: directory() },
    run: async (_inputs, { outputs }) => {
      await writeFile(outputs.report.path, "a,b\n1,2\n");
      await mkdir(join(outputs.site.path, "empty"));
      await writeFile(join(outputs.site.path, "index.html"), "<p>", { mode: 0o755 });
      await symlink("index.html", join(outputs.site.path, "home"));
    },
  });
  const { result, uris } = await at.run(make);
  expect(outputOf(result, "report")).toMatchObject({ materializer: "file", sizeBytes: 8, type: "file" });
  expect(outputOf(result, "site")).toMatchObject({ materializer: "directory", sizeBytes: 3 });

  const read = step({
    name: "read",
    inputs: { report: file(), site: directory() },
    outputs: { told: z.unknown() },
    run: async ({ report, site }) => ({
      told: [report.name, report.sizeBytes, await report.text(), await site.files()],
    }),
  });
  const inputs = {
    report: artifactInput(uris.report ?? "", "file"),
    site: artifactInput(uris.site ?? "", "directory"),
  };
  const second = await at.run(read, inputs);
  const told = await readFile(join(at.store.path(second.uris.told ?? ""), "value.json"), "utf8");
  expect(JSON.parse(told)).toEqual(["report.csv", 8, "a,b\n1,2\n", ["home", "index.html"]]);
});

it("brings a file from elsewhere, under its own name or the declared one, and leaves it there", async () => {
  await using at = await house();
  const elsewhere = join(at.path, "model.bin");
  await writeFile(elsewhere, "weights", { mode: 0o755 });
  const only = step({
    name: "only",
    outputs: { given: file(), named: file({ name: "final.bin" }) },
    run: () => ({ given: fileAt(elsewhere), named: fileAt(elsewhere) }),
  });
  const { result, uris } = await at.run(only);
  expect(result.status).toBe("completed");
  expect(await readFile(join(at.store.path(uris.given ?? ""), "model.bin"), "utf8")).toBe("weights");
  expect(await readFile(join(at.store.path(uris.named ?? ""), "final.bin"), "utf8")).toBe("weights");
  expect(await readFile(elsewhere, "utf8")).toBe("weights");
});

it("copies a folder from elsewhere with its links, empty folders and rights", async () => {
  await using at = await house();
  const elsewhere = join(at.path, "site");
  await mkdir(join(elsewhere, "empty"), { recursive: true });
  await writeFile(join(elsewhere, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await symlink("run.sh", join(elsewhere, "go"));
  const copied = step({ name: "copied", output: directory(), run: () => directoryAt(elsewhere) });
  const { result, uris } = await at.run(copied);
  const { contentHash, sizeBytes } = outputOf(result, "output");
  expect(await at.store.hash(uris.output ?? "", { materializer: "directory" })).toEqual({
    contentHash,
    sizeBytes,
  });
});

const OUTPUT = { output: file() };

it.each([
  ["nothing was written or returned", OUTPUT, () => {}, "was not made: the step returned nothing for it"],
  ["the file is not there", OUTPUT, () => ({ output: fileAt("/nowhere") }), "finds no file at /nowhere"],
  ["a folder is returned for a file", OUTPUT, () => ({ output: fileAt("/") }), "finds a folder at /"],
  [
    "a text is returned",
    OUTPUT,
    () => ({ output: "data" as never }),
    "a file is expected: return fileAt(path)",
  ],
  [
    "a file is returned for a folder",
    { output: directory() },
    () => ({ output: fileAt("/x") as never }),
    "a folder",
  ],
])("fails in words where %s", async (_what, outputs, run, message) => {
  await using at = await house();
  const { result } = await at.run(step({ name: "wrong", outputs, run: run as never }));
  expect(failureOf(result)).toMatchObject({
    kind: "wrong_output",
    message: expect.stringContaining(message),
  });
});

it("refuses a folder with a link that leads out of it", async () => {
  await using at = await house();
  const leak = step({
    name: "leak",
    output: directory(),
    run: (_inputs, { outputs }) => symlink("../../../secret", join(outputs.output.path, "in")),
  });
  const { result } = await at.run(leak);
  expect(failureOf(result).message).toContain("leads out of the folder");
});

it("runs a step with files directly, in places of its own", async () => {
  const make = step({
    name: "make",
    outputs: { report: file({ name: "r.txt" }) },
    run: async (_inputs, { outputs }) => await writeFile(outputs.report.path, "done"),
  });
  const { report } = await make.run({});
  expect([report.name, await report.text()]).toEqual(["r.txt", "done"]);
});

const pointsMaterializer = defineMaterializer<[number, number][]>({
  name: "points",
  accepts: Array.isArray,
  save: (points, folder) =>
    writeFile(join(folder, "points.txt"), points.map((point) => point.join(" ")).join("\n")),
  load: async (folder) => {
    const lines = (await readFile(join(folder, "points.txt"), "utf8")).split("\n");
    return lines.map((line) => line.split(" ").map(Number) as [number, number]);
  },
  metadata: (points) => ({ points: points.length }),
  preview: (points) => points.map(([x, y]) => `(${x}, ${y})`).join(" "),
});
const Points = z.array(z.tuple([z.number(), z.number()]));

it("stores a value by the materializer that its output names, and reads it where an input names it", async () => {
  await using at = await house();
  const make = step({
    name: "make",
    outputs: {
      points: output(Points, { materializer: pointsMaterializer }),
      rows: output(z.unknown(), { materializer: "csv" }),
    },
    run: () => ({
      points: [
        [1, 2],
        [3, 4],
      ] as [number, number][],
      rows: [{ a: 1 }],
    }),
  });
  const { result, uris } = await at.run(make);
  expect(outputOf(result, "points")).toMatchObject({
    materializer: "points",
    metadata: { points: 2, preview: "(1, 2) (3, 4)" },
  });
  expect(outputOf(result, "rows")).toMatchObject({
    materializer: "csv",
    metadata: { rows: 1, columns: ["a"] },
  });
  const read = step({
    name: "read",
    inputs: { points: input(Points, { materializer: pointsMaterializer }) },
    output: z.number(),
    run: ({ points }) => points.flat().reduce((sum, each) => sum + each, 0),
  });
  const second = await at.run(read, { points: artifactInput(uris.points ?? "", "points") });
  expect(await readFile(join(at.store.path(second.uris.output ?? ""), "value.json"), "utf8")).toBe("10");
});
