import { join } from "node:path";
import type { BundleModulesOptions } from "../bundle-modules.ts";
import { type EmittedModules, type HostBundle, hostBundle, mapFileOf } from "../host-bundle.ts";
import type { CompileCache } from "./compile-cache.ts";

/** `bundleModules`, unless all that it would read is as it was. @throws {BundleError} */
export const cachedModules = async (
  options: BundleModulesOptions,
  cache: CompileCache | undefined,
): Promise<HostBundle> => {
  const key = ["modules", [...options.entries], options.projectRoot, options.outDir];
  const known = cache?.find(key) as EmittedModules | undefined;
  if (known) return hostBundle(known);
  const since = Date.now();
  const { emitModules } = await import("../bundle-modules.ts");
  const { emitted, files, ...inputs } = await emitModules(options);
  await cache?.keep(key, { value: emitted, files: [...filesIn(emitted), ...files], ...inputs, since });
  return hostBundle(emitted);
};

const filesIn = ({ directory, modules }: EmittedModules): string[] =>
  modules.flatMap(({ path, mapped }) => {
    const file = join(directory, path);
    return mapped ? [file, mapFileOf(file)] : [file];
  });
