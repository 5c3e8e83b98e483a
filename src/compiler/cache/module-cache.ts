import { join } from "node:path";
import type { BundleModulesOptions } from "../bundle-modules.ts";
import { type EmittedModules, type HostBundle, hostBundle, mapFileOf } from "../host-bundle.ts";
import type { CompileStore } from "./step-cache.ts";

/** Where the modules of a program are found again. */
export type ModuleStore = Pick<CompileStore, "cache" | "bundler">;

/** `bundleModules`, unless all that it would read is as it was. @throws {BundleError} */
export const cachedModules = async (
  options: BundleModulesOptions,
  store: ModuleStore | undefined,
): Promise<HostBundle> => {
  const known = store?.cache.find(keyOf(options)) as EmittedModules | undefined;
  return hostBundle(known ?? (await (store?.bundler?.modules(options) ?? keepModules(options, store))));
};

/** Bundles modules in this process, and keeps what comes of it. @throws {BundleError} */
export const keepModules = async (
  options: BundleModulesOptions,
  store: ModuleStore | undefined,
): Promise<EmittedModules> => {
  const since = Date.now();
  const { emitModules } = await import("../bundle-modules.ts");
  const { emitted, files, ...inputs } = await emitModules(options);
  const made = { value: emitted, files: [...filesIn(emitted), ...files], ...inputs, since };
  await store?.cache.keep(keyOf(options), made);
  return emitted;
};

const keyOf = ({ entries, projectRoot, outDir }: BundleModulesOptions) =>
  ["modules", [...entries], projectRoot, outDir] as const;

const filesIn = ({ directory, modules }: EmittedModules): string[] =>
  modules.flatMap(({ path, mapped }) => {
    const file = join(directory, path);
    return mapped ? [file, mapFileOf(file)] : [file];
  });
