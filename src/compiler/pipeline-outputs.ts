import type { PipelineSnapshot } from "../model/index.ts";
import { HANDLE, INVOCATION, isHandle } from "../pipeline/schema.ts";
import { ANONYMOUS_OUTPUT } from "../pipeline/step.ts";
import { PipelineError } from "./errors.ts";

/** What `define` returned as data: name → output of an invocation. */
export const pipelineOutputs = (pipelineName: string, returned: unknown): PipelineSnapshot["outputs"] => {
  if (returned === undefined) return {};
  if (isHandle(returned)) return { [ANONYMOUS_OUTPUT]: reference(returned) };
  if (typeof returned !== "object" || returned === null) throw notHandles(pipelineName, typeof returned);
  return Object.fromEntries(
    Object.entries(returned).map(([name, value]) => {
      if (!isHandle(value)) throw notHandles(pipelineName, name);
      return [name, reference(value)];
    }),
  );
};

const reference = (handle: { [HANDLE]: { invocation: string; output: string }; [INVOCATION]: string }) => ({
  invocation: handle[HANDLE].invocation,
  output: handle[HANDLE].output,
});

/** Throws where `define` is async: it may have called no step yet, or may call one when nobody listens any more. */
export const refuseAsync = (pipelineName: string, returned: unknown): void => {
  if (!isPromise(returned)) return;
  returned.then(undefined, () => {}); // What becomes of it matters no more.
  throw asyncDefine(pipelineName);
};

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

const asyncDefine = (pipelineName: string): PipelineError =>
  new PipelineError(
    `The \`define\` of pipeline "${pipelineName}" is async. It only wires steps and must return at once; ` +
      "put what has to be awaited into a step.",
  );

const notHandles = (pipelineName: string, what: string): PipelineError =>
  new PipelineError(
    `The \`define\` of pipeline "${pipelineName}" returned ${JSON.stringify(what)}, which is no output of a step. ` +
      "Return outputs by name, such as { loss }.",
  );
