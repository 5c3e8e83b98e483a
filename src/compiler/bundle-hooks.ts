import {
  type HookBindings,
  type HookCode,
  type Invocation,
  type PipelineSnapshot,
  StepHookName,
} from "../model/index.ts";
import type { CallSite } from "../pipeline/call-sites.ts";
import type { RunHooks, StepHooks } from "../pipeline/hooks.ts";
import type { PipelineDefinition } from "../pipeline/pipeline.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import { type LocatedBundle, sourceName } from "./bundle-steps.ts";
import { type CompileStore, findStep, makeStep } from "./cache/step-cache.ts";
import { HookNotExportedError } from "./errors.ts";
import type { Defined } from "./load-modules.ts";
import { locateHook } from "./locate-hook.ts";
import { type LoadedModules, toPath } from "./locate-step.ts";

type HookName = keyof StepHooks | keyof RunHooks;

/** The hooks of a pipeline, each with a bundle of its own. */
export type PipelineHookBundles = ReadonlyMap<HookName, LocatedBundle>;

const HOOKS: readonly HookName[] = [...StepHookName.options, "onInit", "onCleanup"];

export const isStepHook = (hook: HookName): hook is StepHookName =>
  StepHookName.options.some((name) => name === hook);

interface BundleHooksOptions {
  readonly projectRoot: string;
  readonly modules: (definitions: readonly Defined[]) => Promise<LoadedModules>;
  readonly store?: CompileStore | undefined;
}

/** Finds and bundles the hooks of a pipeline. @throws HookNotExportedError */
export const bundleHooks = async (
  pipeline: PipelineDefinition,
  invocations: readonly WiredInvocation[],
  { projectRoot, modules, store }: BundleHooksOptions,
): Promise<PipelineHookBundles> => {
  const given = HOOKS.filter((hook) => pipeline.options[hook]);
  if (given.length === 0) return new Map();
  const loaded = await modules([pipeline, ...invocations.map(({ definition }) => definition)]);
  const definedIn = new Set(pipeline.definedAt.flatMap((site) => sourceFile(site, loaded)));
  const bundles = new Map<HookName, LocatedBundle>();
  for (const hook of given) {
    const location = await locateHook(pipeline.options[hook] ?? (() => {}), loaded, definedIn);
    if (!location) throw new HookNotExportedError(pipeline.name, hook);
    const externals = pipeline.options.settings?.docker?.npmPackages ?? [];
    const options = { ...location, projectRoot, externals, what: "hook" };
    const bundle = findStep(options, store) ?? (await makeStep(options, store));
    bundles.set(hook, { bundle, source: sourceName(location, projectRoot) });
  }
  return bundles;
};

/** The file that a place is in: the source of a copy, or the source itself. */
const sourceFile = ({ file, line, column }: CallSite, { sourceOf, sources }: LoadedModules): string[] => {
  const path = toPath(file);
  const source = sourceOf(path, line, column)?.file ?? path;
  return sources.includes(source) ? [source] : [];
};

/** Which hooks an invocation has: the step's own beat the pipeline's. */
export const stepHooks = (
  { hooks: own }: StepDefinition,
  ofPipeline: PipelineHookBundles,
): Pick<Invocation, "hooks"> => {
  const hooks: HookBindings = {};
  for (const hook of StepHookName.options) {
    const bundle = ofPipeline.get(hook);
    if (own[hook]) hooks[hook] = "own";
    else if (bundle) hooks[hook] = codeOf(bundle);
  }
  return Object.keys(hooks).length === 0 ? {} : { hooks };
};

/** The hooks of the run as a whole. */
export const runHooks = (ofPipeline: PipelineHookBundles): Pick<PipelineSnapshot, "hooks"> => {
  const [onInit, onCleanup] = [ofPipeline.get("onInit"), ofPipeline.get("onCleanup")];
  if (!onInit && !onCleanup) return {};
  return {
    hooks: {
      ...(onInit ? { onInit: codeOf(onInit) } : {}),
      ...(onCleanup ? { onCleanup: codeOf(onCleanup) } : {}),
    },
  };
};

const codeOf = ({ bundle, source }: LocatedBundle): HookCode => ({ source, codeHash: bundle.codeHash });
