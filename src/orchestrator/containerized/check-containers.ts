import type { Invocation } from "../../model/index.ts";
import { IMAGE_ROOT } from "../../step-runner/step-entrypoint-configuration.ts";
import type { ActiveRun } from "../base/active-run.ts";
import type { OrchestratorServices } from "../base/services.ts";
import { checkMounts } from "./check-mounts.ts";
import { checkClaims } from "./claims.ts";

/** What the engine will never have, or would hide what a step needs: before any step is run for nothing. */
export const checkContainers = async (
  invocations: readonly Invocation[],
  { context }: ActiveRun,
  services: OrchestratorServices,
): Promise<void> => {
  const { runs, stores } = context.paths;
  checkMounts(invocations, {
    [stores]: "the artifact stores",
    [runs]: "its exchange directory",
    [IMAGE_ROOT]: "its code",
  });
  if (!invocations.some(({ settings }) => settings.resources)) return;
  checkClaims(invocations, await (await services.engine()).info());
};
