import { cachedModules } from "../compiler/cache/module-cache.ts";
import { importModule } from "../compiler/load-modules.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import { compileStore } from "./compile-store.ts";
import { loadError } from "./load-error.ts";

/** What a module of the user's exports, loaded as pipeline files are. `file` is absolute. @throws PipelineError */
export const loadModule = async (
  file: string,
  { projectRoot, paths }: { readonly projectRoot: string; readonly paths: WorkspacePaths },
): Promise<Readonly<Record<string, unknown>>> => {
  await using store = compileStore(paths);
  const bundle = await cachedModules({ entries: [file], projectRoot, outDir: paths.modules }, store);
  const emitted = bundle.emittedFor(file);
  if (emitted === undefined) throw new TypeError(`${file} is no module`);
  return await importModule(emitted).catch((error) => {
    throw loadError(file, error, bundle);
  });
};
