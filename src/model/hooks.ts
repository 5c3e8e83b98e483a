import * as z from "zod/mini";
import { STEP_HOOK_NAMES } from "./names.ts";

export const StepHookName = z.enum(STEP_HOOK_NAMES);
export type StepHookName = z.infer<typeof StepHookName>;

/** A hook of a pipeline: a bundle of its own, not part of any step's code. */
export const HookCode = z.object({
  /** `module#export`, the module relative to the project root with `/`. */
  source: z.string(),
  /** SHA-256 of the bundle in hex, and its file name; it exports the hook as `step`. */
  codeHash: z.string(),
});
export type HookCode = z.infer<typeof HookCode>;

/** Whose hook it is: the step's own, which is in the step's bundle, or the pipeline's. */
export const HookBinding = z.union([z.literal("own"), HookCode]);
export type HookBinding = z.infer<typeof HookBinding>;

/** The hooks of an invocation. A step's own beats the pipeline's. */
export const HookBindings = z.object({
  onStart: z.optional(HookBinding),
  onSuccess: z.optional(HookBinding),
  onFailure: z.optional(HookBinding),
  onEnd: z.optional(HookBinding),
});
export type HookBindings = z.infer<typeof HookBindings>;

/** The hooks of a run as a whole. They are called where the orchestrator is, in no container. */
export const RunHooks = z.object({ onInit: z.optional(HookCode), onCleanup: z.optional(HookCode) });
export type RunHooks = z.infer<typeof RunHooks>;

/** A hook that threw, or that was cut short. It changes no outcome. */
export const HookFailure = z.object({
  hook: StepHookName,
  name: z.string(),
  message: z.string(),
  stack: z.optional(z.string()),
});
export type HookFailure = z.infer<typeof HookFailure>;
