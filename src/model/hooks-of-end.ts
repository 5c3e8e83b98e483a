import type { StepResult } from "./result.ts";

/** Whether hooks of its end were called: how the step ended was settled before. */
export const hooksOfEndBegun = ({ hooks = [] }: StepResult): boolean =>
  hooks.some((hook) => hook !== "onStart");
