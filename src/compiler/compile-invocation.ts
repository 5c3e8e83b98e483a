import { Invocation } from "../model/index.ts";
import { mergeInvocationOptions, mergeSettings } from "../pipeline/merge.ts";
import type { PipelineDefinition } from "../pipeline/pipeline.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import type { WiredInvocation } from "../pipeline/wiring.ts";
import type { LocatedBundle } from "./bundle-steps.ts";
import { checkName, parseSetting, StepOptions } from "./check-options.ts";
import { describeSchema } from "./schema-kinds.ts";
import { settleInputs } from "./settle-inputs.ts";

/** One wired invocation as data: options merged from pipeline, step and invocation, inputs settled. */
export const compileInvocation = async (
  pipeline: PipelineDefinition,
  wired: WiredInvocation,
  bundles: ReadonlyMap<StepDefinition, LocatedBundle>,
): Promise<Invocation> => {
  checkName("step", wired.definition.name);
  checkName("invocation", wired.id);
  const located = bundles.get(wired.definition);
  if (!located) throw new TypeError(`step ${wired.definition.name} was not bundled`);
  const inputs = await settleInputs(pipeline.name, wired);
  const where = `Pipeline "${pipeline.name}", invocation "${wired.id}"`;
  const { id: _id, after: _after, ...own } = merged(wired);
  const { environment, settings, ...options } = parseSetting(StepOptions, own, where);
  const draft = {
    ...options,
    id: wired.id,
    stepName: wired.definition.name,
    source: located.source,
    codeHash: located.bundle.codeHash,
    upstreams: upstreamsOf(wired, inputs),
    inputs,
    outputs: outputsOf(wired.definition),
    environment: { ...pipeline.options.environment, ...environment },
    settings: mergeSettings(pipeline.options.settings, settings),
    externals: located.bundle.externals.map(({ package: name }) => name),
  };
  return parseSetting(Invocation, draft, where);
};

const merged = (wired: WiredInvocation) => mergeInvocationOptions(wired.definition.options, wired.options);

const upstreamsOf = (wired: WiredInvocation, inputs: Invocation["inputs"]): string[] => {
  const fromInputs = Object.values(inputs).flatMap((input) =>
    input.kind === "artifact" ? [input.invocation] : [],
  );
  return [...new Set([...fromInputs, ...wired.after])].sort();
};

const outputsOf = (definition: StepDefinition): Invocation["outputs"] =>
  Object.fromEntries(
    Object.entries(definition.outputs).map(([name, schema]) => [
      name,
      { materializer: "auto", type: describeSchema(schema, "output") },
    ]),
  );
