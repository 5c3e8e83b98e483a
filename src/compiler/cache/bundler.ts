import type { BundleModulesOptions } from "../bundle-modules.ts";
import type { BundleStepOptions } from "../bundle-step.ts";
import type { EmittedModules } from "../host-bundle.ts";
import type { BundleFacts } from "./stored-bundle.ts";

/** Bundles what is not kept, in another process: texts go into the places of the store, answers are what is known of them. */
export interface Bundler {
  /** @throws {BundleError} */
  modules(options: BundleModulesOptions): Promise<EmittedModules>;
  /** @throws {BundleError} */
  step(options: BundleStepOptions): Promise<BundleFacts>;
}
