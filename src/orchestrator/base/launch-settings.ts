import * as z from "zod/mini";

/** Directory of the workspace, as a launcher sees it. */
export const HOME_VARIABLE = "STEPDOCK_HOME";
export const LAUNCH_VARIABLE = "STEPDOCK_LAUNCH";

/** What launchers have to know of the orchestrator that submitted them, and the records do not tell: JSON in a variable. */
export const LaunchSettings = z.object({
  stack: z.string(),
  /** The images that steps were submitted with; null where there are none. */
  buildId: z.nullable(z.string()),
  enableCache: z.boolean(),
  /** Whether the engine starts the container of a failed step again. */
  handlesStepRetries: z.boolean(),
});
export type LaunchSettings = z.infer<typeof LaunchSettings>;

/** The variables that a launcher needs besides those of every step. */
export const launchEnvironment = (root: string, settings: LaunchSettings): Record<string, string> => ({
  [HOME_VARIABLE]: root,
  [LAUNCH_VARIABLE]: JSON.stringify(settings),
});
