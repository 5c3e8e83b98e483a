import { runsElsewhere } from "../../model/index.ts";
import { SecretFiles } from "../../secrets/secret-files.ts";
import type { StepExecutor } from "../../step-launcher/port.ts";
import type { ActiveRun } from "../base/active-run.ts";
import type { OrchestratorServices } from "../base/services.ts";
import { StepModules } from "../base/step-modules.ts";
import type { RunOnStack } from "../base/step-operators.ts";
import { Admission } from "./admission.ts";
import { CommandSteps } from "./command-steps.ts";
import { ContainerExecutor } from "./container-executor.ts";
import { hostsFile } from "./hosts-file.ts";
import { LABEL } from "./labels.ts";
import type { ContainerLimits } from "./limits.ts";
import { reapOrphans } from "./reap-orphans.ts";
import { removeNetworks, ServicesExecutor } from "./services-executor.ts";
import type { StepImages } from "./step-images.ts";

export interface ContainersConfig extends ContainerLimits {
  readonly images: StepImages;
}

/** What executes steps of a run in containers of an engine of this machine, with their services beside them. */
export const openContainers = async (
  { active, stack }: RunOnStack,
  services: OrchestratorServices,
  { images, pidsLimit, stopGracePeriod }: ContainersConfig,
): Promise<StepExecutor & AsyncDisposable> => {
  const { snapshot, metadata, artifactStore, paths, secretFiles } = active.context;
  const { bundles, projectRoot } = active.request;
  const modules = new StepModules({ bundles, bundlesPath: paths.bundles });
  const engine = await services.engine();
  const { workspaceId } = metadata;
  const admission = new Admission(await engine.info());
  const executor = new ContainerExecutor({
    ...{ engine, images, projectRoot, workspaceId, artifactStore, pidsLimit, stopGracePeriod },
    commands: new CommandSteps({ modules, artifactStore, secretFiles }),
    admission,
    code: { entrypoint: stack.imageBuilder?.entrypointPath, bundles: paths.bundles },
    snapshotId: snapshot.id,
    storesPath: paths.stores,
    hostsFile: await hostsFile(paths),
  });
  return new ServicesExecutor(executor, { engine, workspaceId, pidsLimit, admission });
};

/** Removes what runs of this workspace have left on the engine whose owners are dead, and tells of it. */
export const removeOrphans = async (
  { context: { run, metadata, paths, emit } }: ActiveRun,
  services: OrchestratorServices,
): Promise<void> => {
  const engine = await services.engine();
  const running = (await metadata.listRuns({ status: "running" })).filter(runsElsewhere);
  const elsewhere = new Set(running.map(({ id }) => id));
  const options = { workspaceId: metadata.workspaceId, runs: paths.runs, ownRunId: run.id, elsewhere };
  for (const runId of await reapOrphans({ engine, ...options })) {
    const message = `Containers of run ${runId}, whose orchestrator died, were removed. stepdock resume ${runId} goes on with it.`;
    await emit({ event: "warning", message });
  }
};

/** Removes what a dead owner of a run has left on the engine, and files with secrets. */
export const removeContainersOf = async (runId: string, services: OrchestratorServices): Promise<void> => {
  const engine = await services.engine();
  const labels = { [LABEL.runId]: runId };
  for (const { id } of await engine.containers.list(labels)) await engine.containers.remove(id);
  await removeNetworks(engine, labels);
  await new SecretFiles({ workspaceId: services.metadata.workspaceId, runId })[Symbol.asyncDispose]();
};

/** The same, where the run had a step operator that makes containers; else no engine is needed. */
export const removeOperatedContainers = async (
  runId: string,
  services: OrchestratorServices,
): Promise<void> => {
  const { metadata } = services;
  const snapshot = await metadata.getSnapshot((await metadata.findRun(runId)).snapshotId);
  const operated = Object.values(snapshot?.invocations ?? {}).some(({ stepOperator }) => stepOperator);
  if (operated) await removeContainersOf(runId, services);
};
