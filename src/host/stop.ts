import { type House, openExistingHouse } from "../composition.ts";
import type { PipelineRun, StepRun } from "../model/index.ts";
import type { StoppedRun } from "../orchestrator/base/stop-run.ts";
import { isLive, type ToldStatus, toldStatus } from "./run-state.ts";

export interface WorkspaceOptions {
  /** Directory of the workspace; default: `STEPDOCK_HOME`, else `.stepdock` beside the nearest package.json. */
  readonly workspace?: string;
}

export interface StopOptions extends WorkspaceOptions {
  /** Kills the steps instead of giving them their grace period. */
  readonly force?: boolean;
}

/**
 * Stops a run, whoever owns it, and resolves when nothing of it runs any more.
 *
 * @param reference an id, an unambiguous beginning of one, a name, or `latest`
 * @throws RunEndedError where it has ended already; NoWorkspaceError
 */
export const stop = async (reference: string, options: StopOptions = {}): Promise<StoppedRun> => {
  await using house = await openExistingHouse(options);
  return await stopByReference(house, reference, options);
};

/** The same, in a house that is open. */
export const stopByReference = async (
  house: House,
  reference: string,
  { force = false }: Pick<StopOptions, "force"> = {},
): Promise<StoppedRun> => {
  const run = await house.workspace.metadata.findRun(reference);
  return await (await house.stackOf(run)).orchestrator.stopRun(run, !force);
};

/** How a run stands. */
export interface RunState {
  readonly run: PipelineRun;
  /** In the order they were published; one for each attempt. */
  readonly steps: readonly StepRun[];
  /** `interrupted` where the record is not final though its owner is dead. */
  readonly status: ToldStatus;
  /** Invocation → status of its last attempt; those that were not reached yet are not in it. */
  readonly stepStatuses: Readonly<Record<string, ToldStatus>>;
}

/** Tells how a run stands, whoever owns it. `reference` as for `stop`. */
export const status = async (reference: string, options: WorkspaceOptions = {}): Promise<RunState> => {
  await using house = await openExistingHouse(options);
  const { metadata, paths } = house.workspace;
  const run = await metadata.findRun(reference);
  const live = isLive(paths, run);
  const steps = await metadata.listStepRuns(run.id);
  const told = steps.map((step) => [step.invocationId, toldStatus(step.status, live)] as const);
  return { run, steps, status: toldStatus(run.status, live), stepStatuses: Object.fromEntries(told) };
};
