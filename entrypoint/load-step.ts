import { pathToFileURL } from "node:url";
import type { Failure } from "../src/model/failure.ts";
import { isStep, STEP, type StepDefinition } from "../src/pipeline/step.ts";
import { thrownFailure } from "../src/step-runner/failures.ts";

/** The step, or why it could not be loaded: kept until there is an assignment that it can be told under. */
export type LoadedStep = { readonly definition: StepDefinition } | { readonly failure: Failure };

export const loadStep = async (source: string): Promise<LoadedStep> => {
  const [path = "", name = ""] = source.split(/#(?=[^#]*$)/);
  try {
    const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    const exported = module[name];
    return isStep(exported)
      ? { definition: exported[STEP].definition }
      : { failure: notAStep(path, name, module) };
  } catch (error) {
    return { failure: thrownFailure(error) };
  }
};

const notAStep = (path: string, name: string, module: object): Failure => ({
  kind: "internal",
  name: "StepNotFound",
  message: `${path} exports no step "${name}"; it exports: ${Object.keys(module).join(", ") || "nothing"}.`,
  retryable: false,
});
