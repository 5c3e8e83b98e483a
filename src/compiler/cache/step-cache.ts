import type { BundleStepOptions, StepBundle } from "../bundle-step.ts";
import type { Bundler } from "./bundler.ts";
import type { CompileCache } from "./compile-cache.ts";
import { type BundleFacts, type BundlePlaces, filesOf, StoredBundle, storeBundle } from "./stored-bundle.ts";

/** Where results of the bundler are found again. */
export interface CompileStore extends BundlePlaces {
  readonly cache: CompileCache;
  /** Who bundles what is not there. Absent: this process does. */
  readonly bundler?: Bundler;
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
  if (!store) return (await bundle(options)).bundle;
  return new StoredBundle(await (store.bundler?.step(options) ?? keepStep(options, store)), store);
};

/** Bundles a step in this process, and keeps what comes of it. @throws {BundleError} */
export const keepStep = async (options: BundleStepOptions, store: CompileStore): Promise<BundleFacts> => {
  const since = Date.now();
  const made = await bundle(options);
  const value = await storeBundle(made.bundle, store);
  await store.cache.keep(keyOf(options), { value, files: filesOf(value, store), modules: made.read, since });
  return value;
};

const bundle = async (options: BundleStepOptions) =>
  (await import("../bundle-step.ts")).bundleStepAndInputs(options);

const keyOf = ({ module, exportName, projectRoot, what = "step", externals = [] }: BundleStepOptions) => [
  ...["step", what, module, exportName, projectRoot],
  [...new Set(externals)].sort(),
];
