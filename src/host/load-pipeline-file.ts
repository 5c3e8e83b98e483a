import { statSync } from "node:fs";
import { resolve } from "node:path";
import { cachedModules, type ModuleStore } from "../compiler/cache/module-cache.ts";
import { PipelineError } from "../compiler/errors.ts";
import { importModule, loadedModules } from "../compiler/load-modules.ts";
import type { LoadedModules } from "../compiler/locate-step.ts";
import { isPipeline, type Pipeline } from "../pipeline/pipeline.ts";
import { didYouMean } from "../util/nearest.ts";
import { loadError } from "./load-error.ts";

export interface PipelineFile {
  readonly pipeline: Pipeline;
  readonly modules: LoadedModules;
}

export interface PipelineFileOptions {
  readonly file: string;
  readonly exportName?: string | undefined;
  readonly projectRoot: string;
  readonly outDir: string;
  readonly store: ModuleStore;
}

/** Loads a pipeline from a file through the bundler that containers get, and says which there are where none is meant. */
export const loadPipelineFile = async (options: PipelineFileOptions): Promise<PipelineFile> => {
  const file = resolve(options.file);
  checkPipelineFile(file);
  const { projectRoot, outDir, store } = options;
  const bundle = await cachedModules({ entries: [file], projectRoot, outDir }, store);
  const emitted = bundle.emittedFor(file);
  if (emitted === undefined) throw new PipelineError(`${file} is no module.`);
  const exports = await importModule(emitted).catch((error) => {
    throw loadError(file, error, bundle);
  });
  return { pipeline: choose(file, exports, options.exportName), modules: loadedModules(bundle) };
};

/** @throws PipelineError unless it is there */
export const checkPipelineFile = (path: string): void => {
  const file = resolve(path);
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile()) return;
  const what = status ? `${file} is no file` : `There is no file ${file}`;
  throw new PipelineError(`${what}. Name the module that exports your pipeline, such as pipeline.ts.`);
};

const choose = (
  file: string,
  exports: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
): Pipeline => {
  const pipelines = new Map(
    Object.entries(exports).flatMap(([name, value]) => (isPipeline(value) ? [[name, value] as const] : [])),
  );
  if (pipelines.size === 0) throw nonePresent(file, Object.keys(exports));
  if (wanted !== undefined) return pipelines.get(wanted) ?? failNamed(file, wanted, [...pipelines.keys()]);
  const distinct = [...new Set(pipelines.values())];
  const [only] = distinct;
  if (distinct.length === 1 && only) return only;
  throw new PipelineError(
    `${file} exports several pipelines: ${[...pipelines.keys()].join(", ")}. Say which: stepdock run ${file} ${[...pipelines.keys()][0]}`,
  );
};

const nonePresent = (file: string, names: readonly string[]): PipelineError =>
  new PipelineError(
    `${file} exports no pipeline${names.length > 0 ? ` (it exports: ${names.join(", ")})` : ""}. ` +
      "Write `export const name = pipeline({ … })`.",
  );

const failNamed = (file: string, wanted: string, known: readonly string[]): never => {
  throw new PipelineError(
    `${file} exports no pipeline "${wanted}". It exports: ${known.join(", ")}.${didYouMean(wanted, known)}`,
  );
};
