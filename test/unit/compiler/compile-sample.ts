import { expect } from "vitest";
import { compile } from "../../../src/compiler/compile.ts";
import type { LoadedModules } from "../../../src/compiler/locate-step.ts";
import type { ParameterValue } from "../../../src/compiler/parameters.ts";
import { pipeline } from "../../../src/index.ts";
import type { Pipeline } from "../../../src/pipeline/pipeline.ts";
import * as sample from "../../fixtures/sample-steps.ts";

const projectRoot = new URL("../../fixtures", import.meta.url).pathname;
const file = new URL("../../fixtures/sample-steps.ts", import.meta.url).pathname;

/** The modules as vitest has loaded them: what the bundler gives elsewhere. */
const modules: LoadedModules = {
  sourceOf: (path, line, column) => (path === file ? { file: path, line, column } : undefined),
  sources: [file],
  exportsOf: async () => sample,
};

/** The snapshot of a pipeline, whose artifacts of earlier runs are made up by their names. */
export const compiled = async (made: unknown, parameters: Record<string, ParameterValue> = {}) => {
  const options = {
    parameters,
    projectRoot,
    modules: async () => modules,
    findArtifact: async ({ name, version }: { name: string; version: number | "latest" }) => ({
      ...{ id: `id of ${name}`, name, version: version === "latest" ? 7 : version },
      materializer: name.startsWith("file") ? "file" : name.startsWith("lines") ? "lines" : "json",
    }),
    createdAt: "2026-11-21T00:00:00.000Z",
  };
  return (await compile(made as Pipeline, options)).snapshot;
};

/** The error of a pipeline that does not compile. */
export const failure = async (
  made: unknown,
  parameters: Record<string, ParameterValue> = {},
): Promise<Error> =>
  compiled(made, parameters).then(
    () => expect.unreachable("it compiled"),
    (error) => error,
  );

export const defining = (define: () => void) => pipeline({ name: "p", define });
