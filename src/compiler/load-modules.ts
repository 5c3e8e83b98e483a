import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CallSite } from "../pipeline/call-sites.ts";
import { cachedModules, type ModuleStore } from "./cache/module-cache.ts";
import type { HostBundle } from "./host-bundle.ts";
import type { LoadedModules } from "./locate-step.ts";
import { mapStack } from "./map-stack.ts";

export interface LoadOptions {
  readonly projectRoot: string;
  /** Where the host's copies of the user's modules are kept. */
  readonly outDir: string;
  /** Where what was bundled before is found again. Absent: everything is bundled. */
  readonly store?: ModuleStore | undefined;
}

/** The modules of a host bundle, as the compiler asks for them. */
export const loadedModules = (bundle: HostBundle): LoadedModules => ({
  sourceOf: (file, line, column) => {
    if (bundle.modules.has(file)) return bundle.mapPosition(file, line, column);
    return bundle.emittedFor(file) === undefined ? undefined : { file, line, column };
  },
  sources: bundle.sources,
  exportsOf: async (source) => {
    const emitted = bundle.emittedFor(source);
    return emitted === undefined ? {} : await importModule(emitted);
  },
  mapStack: (stack) => mapStack(stack, (file) => bundle.mappedFile(file)),
});

export const importModule = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  (await import(pathToFileURL(path).href)) as Record<string, unknown>;

/** A step or a pipeline, as far as its place is concerned. */
export interface Defined {
  readonly definedAt: readonly CallSite[];
}

/**
 * For a pipeline that a program made under plain Node: its modules once more, through the bundler. The program's own
 * copies cannot be imported again, since the one that runs the pipeline may still be evaluating.
 */
export const modulesOf = async (
  definitions: readonly Defined[],
  { store, ...options }: LoadOptions,
): Promise<LoadedModules> => {
  const files = definitions
    .flatMap(({ definedAt }) => definedAt)
    .map(({ file }) => (file.startsWith("file:") ? fileURLToPath(file) : file))
    .filter((file) => isUserModule(file));
  const bundle = await cachedModules({ entries: [...new Set(files)], ...options }, store);
  return { ...loadedModules(bundle), areCopies: true };
};

const isUserModule = (file: string): boolean =>
  !file.includes("/node_modules/") && /\.[cm]?[jt]sx?$/.test(file) && existsSync(file);
