import { dirname, resolve } from "node:path";
import { type CompiledPipeline, compile } from "../compiler/compile.ts";
import type { House } from "../composition.ts";
import type { ExecutionMode } from "../model/index.ts";
import { projectRootOf } from "../workspace/paths.ts";
import { compileStore } from "./compile-store.ts";
import { artifactFinder } from "./find-artifact.ts";
import { loadPipelineFile } from "./load-pipeline-file.ts";

export interface CompileFileOptions {
  readonly file: string;
  /** Name of the exported pipeline, where the file exports several. */
  readonly exportName?: string | undefined;
  /** As a person writes them: JSON where a parameter takes that, else the text itself. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Instead of the pipeline's own. */
  readonly executionMode?: ExecutionMode | undefined;
}

/** The directory that the sources of a pipeline file are named from. */
export const projectRootOfFile = (file: string): string => projectRootOf(dirname(resolve(file)));

/** Compiles the pipeline that a file exports. @throws StepdockError */
export const compileFile = async (
  { projectRoot, workspace }: House,
  { file, exportName, parameters, executionMode }: CompileFileOptions,
): Promise<CompiledPipeline> => {
  await using store = compileStore(workspace.paths);
  const { pipeline, modules } = await loadPipelineFile({
    ...{ file, exportName, projectRoot, outDir: workspace.paths.modules, store },
  });
  const texts = Object.entries(parameters).map(([name, text]) => [name, { text }] as const);
  const compiled = await compile(pipeline, {
    parameters: Object.fromEntries(texts),
    projectRoot,
    modules: async () => modules,
    store,
    findArtifact: artifactFinder(workspace.metadata),
    createdAt: new Date().toISOString(),
  });
  if (executionMode === undefined) return compiled;
  return { ...compiled, snapshot: { ...compiled.snapshot, executionMode } };
};
