import type { BundleStepOptions, StepBundle } from "../bundle-step.ts";
import type { CompileCache } from "./compile-cache.ts";
import { type BundleFacts, type BundlePlaces, filesOf, StoredBundle, storeBundle } from "./stored-bundle.ts";

/** Where results of the bundler are found again. */
export interface CompileStore extends BundlePlaces {
  readonly cache: CompileCache;
}

/** What `bundleStep` would give, where all that it would read is as it was. */
export const findStep = (
  options: BundleStepOptions,
  store: CompileStore | undefined,
): StepBundle | undefined => {
  const known = store?.cache.find(keyOf(options)) as BundleFacts | undefined;
  return store && known && new StoredBundle(known, store);
};

/** `bundleStep`, and keeps what comes of it. @throws {BundleError} */
export const makeStep = async (
  options: BundleStepOptions,
  store: CompileStore | undefined,
): Promise<StepBundle> => {
  const since = Date.now();
  const { bundleStepAndInputs } = await import("../bundle-step.ts");
  const { bundle, read } = await bundleStepAndInputs(options);
  if (!store) return bundle;
  const value = await storeBundle(bundle, store);
  await store.cache.keep(keyOf(options), { value, files: filesOf(value, store), modules: read, since });
  return bundle;
};

const keyOf = ({ module, exportName, projectRoot, what = "step", externals = [] }: BundleStepOptions) => [
  ...["step", what, module, exportName, projectRoot],
  [...new Set(externals)].sort(),
];
