import { type Container, Invocation } from "../model/index.ts";
import { mergeInvocationOptions, mergeSettings } from "../pipeline/merge.ts";
import type { PipelineDefinition } from "../pipeline/pipeline.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import { isStepHook, type PipelineHookBundles, stepHooks } from "./bundle-hooks.ts";
import type { LocatedBundle } from "./bundle-steps.ts";
import { checkHooks, checkName, parseSetting, StepOptions } from "./check-options.ts";
import { compileContainer } from "./compile-container.ts";
import { settleInputs } from "./settle-inputs.ts";
import { settleOutputs } from "./settle-outputs.ts";
import type { FindArtifact } from "./settle-stored.ts";

export interface InvocationParts {
  readonly bundles: ReadonlyMap<StepDefinition, LocatedBundle>;
  readonly hooks: PipelineHookBundles;
  readonly findArtifact?: FindArtifact | undefined;
}

/** One wired invocation as data: options merged from pipeline, step and invocation, inputs settled. */
export const compileInvocation = async (
  pipeline: PipelineDefinition,
  wired: WiredInvocation,
  { bundles, hooks, findArtifact }: InvocationParts,
): Promise<Invocation> => {
  checkName("step", wired.definition.name);
  checkName("invocation", wired.id);
  const located = bundles.get(wired.definition);
  if (!located) throw new TypeError(`step ${wired.definition.name} was not bundled`);
  checkHooks(wired.definition);
  const inputs = await settleInputs(pipeline.name, wired, findArtifact);
  const where = `Pipeline "${pipeline.name}", invocation "${wired.id}"`;
  const { id: _id, after: _after, ...own } = merged(wired);
  const { environment, settings, ...options } = parseSetting(StepOptions, own, where);
  const container = compileContainer(wired.definition, where);
  const draft = {
    ...options,
    id: wired.id,
    stepName: wired.definition.name,
    source: located.source,
    codeHash: located.bundle.codeHash,
    upstreams: upstreamsOf(wired, inputs),
    inputs,
    outputs: settleOutputs(wired.definition, where),
    environment: { ...pipeline.options.environment, ...environment },
    settings: settingsOf(pipeline, settings, container),
    ...(container
      ? { externals: [], container }
      : { externals: externalsOf(located, hooks), ...stepHooks(wired.definition, hooks) }),
  };
  return parseSetting(Invocation, draft, where);
};

/** Docker settings of the pipeline are for the images of its other steps. */
const settingsOf = (
  pipeline: PipelineDefinition,
  own: Invocation["settings"] | undefined,
  container: Container | undefined,
): Invocation["settings"] => {
  const { docker, ...settings } = mergeSettings(pipeline.options.settings, own);
  return docker === undefined || container ? settings : { ...settings, docker };
};

const merged = (wired: WiredInvocation) => mergeInvocationOptions(wired.definition.options, wired.options);

const upstreamsOf = (wired: WiredInvocation, inputs: Invocation["inputs"]): string[] => {
  const fromInputs = Object.values(inputs).flatMap((input) =>
    input.kind === "artifact" ? [input.invocation] : [],
  );
  return [...new Set([...fromInputs, ...wired.after])].sort();
};

/** The image has to have what hooks of the pipeline import, too. */
const externalsOf = ({ bundle }: LocatedBundle, hooks: PipelineHookBundles): string[] => {
  const own = bundle.externals.map(({ package: name }) => name);
  const more = [...hooks].flatMap(([hook, { bundle }]) =>
    isStepHook(hook) ? bundle.externals.map(({ package: name }) => name) : [],
  );
  return more.length === 0 ? own : [...new Set([...own, ...more])];
};
