import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { ArtifactDamagedError, ArtifactMissingError } from "../artifact/errors.ts";
import type { House } from "../composition.ts";
import { ImageNotFoundError } from "../docker/image-not-found-error.ts";
import type { ContainerSpec, Mount, OutputSink, StartedContainer } from "../docker/port.ts";
import { StepdockError } from "../errors/error.ts";
import { findProgram, thisHost } from "../image-builder/base-image-host.ts";
import { acquireRunLock } from "../metadata/run-lock.ts";
import type { PipelineRun } from "../model/index.ts";
import { stepContainerSpec } from "../orchestrator/containerized/container-spec.ts";
import { hostsFile } from "../orchestrator/containerized/hosts-file.ts";
import { LocalDockerOrchestratorConfig } from "../orchestrator/local-docker/local-docker-orchestrator.ts";
import { environmentOf } from "../step-launcher/attempt-process.ts";
import { type FoundInvocation, findInvocation } from "./find-invocation.ts";

/** A shell cannot be opened: the step had no image, it is gone, or nothing in it can be a shell. */
export class ShellError extends StepdockError {
  readonly code = "not_found";
}

export interface ShellOptions {
  readonly tty: boolean;
  /** Variables besides the step's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sink: OutputSink;
  /** Talks to the shell until it has ended. */
  readonly attend: (shell: StartedContainer) => Promise<void>;
}

/**
 * Opens a shell in the environment of a step: its image, mounts, variables, user, network and limits. Its outputs are an
 * empty scratch directory (`STEPDOCK_OUTPUTS`), so that nothing published can be damaged; the files of each input are
 * where `STEPDOCK_INPUT_<name>` says.
 *
 * @returns the exit status of the shell
 */
export const openShell = async (
  house: House,
  reference: string,
  step: string,
  options: ShellOptions,
): Promise<number> => {
  const found = await findInvocation(house.workspace.metadata, reference, step);
  const image = await imageOf(house, found);
  await using scratch = await makeScratch(house);
  const spec = await shellSpec(house, found, { image, scratch, options });
  const status = await tryShell(house, { ...spec, entrypoint: ["sh"], command: [] }, options);
  return status ?? (await tryHelper(house, spec, options));
};

/** The image that the newest attempt ran in; a cached step's, that of the one whose outputs it took. */
const imageOf = async (house: House, { run, invocation }: FoundInvocation): Promise<string> => {
  const { metadata } = house.workspace;
  const step = (await metadata.listStepRuns(run.id)).findLast(
    ({ invocationId, image, cachedFrom }) => invocationId === invocation.id && (image ?? cachedFrom),
  );
  const origin = step?.cachedFrom ? await metadata.getStepRun(step.cachedFrom) : step;
  const image = origin?.image ?? undefined;
  if (image !== undefined && (await isHere(house, run, image))) return image;
  const why =
    image === undefined ? "it never ran in a container" : `its image ${image} is not there any more`;
  throw new ShellError(
    `There is no environment of "${invocation.id}" of run ${run.name} (${run.id}): ${why}. ` +
      `\`stepdock rerun ${run.id} ${invocation.id}\` makes it again where it can; open the shell in that run.`,
  );
};

/** Whether the engine has it, or can have it again: a registry keeps what is named by digest. */
const isHere = async (house: House, run: PipelineRun, image: string): Promise<boolean> => {
  if (await (await house.engine()).images.inspect(image)) return true;
  const { containerRegistry } = await house.stackOf(run);
  if (!containerRegistry || !image.includes("@")) return false;
  return await containerRegistry.fetch(image).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ImageNotFoundError) return false;
      throw error;
    },
  );
};

interface Scratch extends AsyncDisposable {
  readonly id: string;
  readonly outputs: string;
  readonly exchange: string;
}

/** Among the runs, with a lock of its own: so nobody takes the container for an orphan while this process lives. */
const makeScratch = async ({ workspace: { paths } }: House): Promise<Scratch> => {
  const id = randomUUID();
  const directory = join(paths.runs, id);
  const [outputs, exchange] = [join(directory, "outputs"), join(directory, "exchange")];
  for (const each of [outputs, exchange]) await mkdir(each, { recursive: true });
  const lock = acquireRunLock(join(directory, "lock.db"));
  return {
    ...{ id, outputs, exchange },
    [Symbol.asyncDispose]: async () => {
      lock?.[Symbol.dispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const shellSpec = async (
  house: House,
  { run, snapshot, invocation }: FoundInvocation,
  { image, scratch, options }: { image: string; scratch: Scratch; options: ShellOptions },
): Promise<ContainerSpec> => {
  const { metadata, paths } = house.workspace;
  const stack = await house.stackOf(run);
  const { artifactStore } = stack;
  const { config } = stack.orchestrator;
  const { pidsLimit, stopGracePeriod } = z.parse(LocalDockerOrchestratorConfig, config);
  for (const name of Object.keys(invocation.outputs)) await mkdir(join(scratch.outputs, name));
  const environment = {
    ...environmentOf({ run, snapshot, paths }, invocation),
    ...options.environment,
    ...(await inputVariables(house, { run, snapshot, invocation })),
    STEPDOCK_OUTPUTS: scratch.outputs,
  };
  const spec = stepContainerSpec(
    {
      ...{ invocation, environment, paths: { exchange: scratch.exchange } },
      assignment: {
        ...{ runId: scratch.id, stepRunId: scratch.id, pipelineName: `shell-${snapshot.pipelineName}` },
        ...{ invocationId: invocation.id, outputs: {} },
      },
    },
    {
      ...{ image, pidsLimit, stopGracePeriod, artifactStore, projectRoot: house.projectRoot },
      code: { entrypoint: stack.imageBuilder?.entrypointPath, bundles: paths.bundles },
      ...{ snapshotId: snapshot.id, workspaceId: metadata.workspaceId, storesPath: paths.stores },
      hostsFile: await hostsFile(paths),
    },
  );
  const outputs: Mount = { type: "bind", source: scratch.outputs, target: scratch.outputs, readOnly: false };
  // Without init the engine itself says that there is no such program. Its ports may be taken by the step itself.
  return { ...spec, mounts: [...spec.mounts, outputs], ports: undefined, init: false, tty: options.tty };
};

const inputVariables = async (
  { workspace: { metadata, artifactStoreOf } }: House,
  { run, invocation }: FoundInvocation,
): Promise<Record<string, string>> => {
  const steps = await metadata.listStepRuns(run.id);
  const last = steps.findLast(({ invocationId }) => invocationId === invocation.id);
  const inputs = last ? Object.entries(await metadata.inputsOf(last.id)) : [];
  const named = inputs.map(async ([name, artifact]) => {
    const store = await artifactStoreOf(artifact.uri);
    await store.fetch(artifact).catch(unlessDamaged);
    return [`STEPDOCK_INPUT_${name}`, store.path(artifact.uri)] as const;
  });
  return Object.fromEntries(await Promise.all(named));
};

/** One that is damaged is there to be looked at. */
const unlessDamaged = (error: unknown): void => {
  if (!(error instanceof ArtifactDamagedError || error instanceof ArtifactMissingError)) throw error;
};

/** Undefined where the image has no such program. */
const tryShell = async (
  house: House,
  spec: ContainerSpec,
  { sink, attend }: ShellOptions,
): Promise<number | undefined> => {
  const { containers } = await house.engine();
  await using created = await containers.create(spec, sink);
  const started = await created.start().catch((error: { reason?: string }) => {
    if (error.reason === "not_found") return undefined;
    throw error;
  });
  if (!started) return undefined;
  await attend(started);
  return (await started.ended).exitCode;
};

const BUSYBOX = "/.stepdock/busybox";

/** The tools of this machine's busybox, for an image that has none. */
const tryHelper = async (house: House, spec: ContainerSpec, options: ShellOptions): Promise<number> => {
  const source = await findProgram(thisHost(), "busybox");
  if (source === undefined) throw noShell(spec.image);
  const mounts: Mount[] = [...spec.mounts, { type: "bind", source, target: BUSYBOX, readOnly: true }];
  const command = ["sh", "-c", INSTALL];
  const status = await tryShell(house, { ...spec, mounts, entrypoint: [BUSYBOX], command }, options);
  if (status === undefined) throw noShell(spec.image);
  return status;
};

const INSTALL = `${BUSYBOX} mkdir -p /tmp/.stepdock && ${BUSYBOX} --install -s /tmp/.stepdock && export PATH="$PATH:/tmp/.stepdock" && exec ${BUSYBOX} sh`;

const noShell = (image: string): ShellError =>
  new ShellError(
    `The image ${image} has no shell, and this machine has no busybox that could stand in for it. ` +
      "Install busybox (`apt-get install busybox-static`), then try again.",
  );
