import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type Dockerode from "dockerode";
import { openWorkspace, type RunResult } from "stepdock/host";
import { prepare, type RawStep } from "./raw-lifecycle.ts";
import { type BenchPipeline, type BenchRun, runAll } from "./stepdock-run.ts";
import type { BenchWorkspace, Workshop } from "./workshop.ts";

/**
 * Runs a pipeline once with stepdock, which also builds its image and warms what is cached of its code, and says what
 * its containers were, so that the raw baseline can make the same ones.
 *
 * @throws where the baseline would not be hardened, limited or connected as stepdock's containers are
 */
export const recordSteps = async (
  workshop: Workshop,
  pipeline: BenchPipeline,
  { workspace, ...options }: Omit<BenchRun, "workspace" | "signal"> & { readonly workspace: BenchWorkspace },
): Promise<RawStep[]> => {
  const seen = new Map<string, Dockerode.ContainerInspectInfo>();
  const { docker, signal } = workshop;
  const filters = {
    type: ["container"],
    event: ["create"],
    label: [`dev.stepdock.workspace=${workspace.id}`],
  };
  const events = await docker.getEvents({ filters: JSON.stringify(filters) });
  events.on("data", (chunk: Buffer) => void inspectEach(docker, chunk, seen));
  try {
    const result = await runAll(pipeline, { ...options, workspace: workspace.root, signal });
    const steps = await stepsOf(result, workspace, seen);
    for (const step of steps) checkLikeness(workshop, step, seen.get(step.id));
    return steps;
  } finally {
    (events as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }
};

type Seen = Map<string, Dockerode.ContainerInspectInfo>;

/** One that is gone already is asked for in vain: `stepsOf` says so if no other tells of its step. */
const inspectEach = async (docker: Dockerode, chunk: Buffer, seen: Seen): Promise<void> => {
  for (const line of chunk.toString().split("\n").filter(Boolean)) {
    const { id } = JSON.parse(line) as { id: string };
    const info = await docker
      .getContainer(id)
      .inspect()
      .catch(() => undefined);
    const step = info?.Config.Labels["dev.stepdock.step"];
    if (info && step !== undefined) seen.set(step, info);
  }
};

const stepsOf = async (result: RunResult, { root }: BenchWorkspace, seen: Seen): Promise<RawStep[]> => {
  await using workspace = await openWorkspace(root);
  const snapshot = await workspace.metadata.getSnapshot(result.run.snapshotId);
  const invocations = Object.values(snapshot?.invocations ?? {});
  return await Promise.all(
    invocations.map(async ({ id, upstreams }) => {
      const info = seen.get(id);
      if (!info) throw new Error(`no container of step ${id} was seen: the baseline cannot be made`);
      const path = join(root, "runs", result.run.id, id, "1", "assignment.json");
      return { id, upstreams, ...containerOf(info), assignment: JSON.parse(await readFile(path, "utf8")) };
    }),
  );
};

const containerOf = ({ Config }: Dockerode.ContainerInspectInfo) => ({
  image: Config.Image,
  entrypoint: [Config.Entrypoint ?? []].flat(),
  command: Config.Cmd,
  environment: Config.Env,
  user: Config.User,
  storesPath: Config.Env.find((each) => each.startsWith("ZENML_LOCAL_STORES_PATH="))?.split("=")[1] ?? "",
});

const SAME_CONFIG = ["WorkingDir", "StopTimeout", "Tty", "OpenStdin", "StdinOnce"] as const;

const checkLikeness = (
  { docker, directory, labels }: Workshop,
  step: RawStep,
  info: Dockerode.ContainerInspectInfo | undefined,
): void => {
  const { request } = prepare(step, { docker, directory, labels, concurrency: 1 });
  const { Mounts: mounted, ...host } = request.HostConfig ?? {};
  const theirs = { ...info?.Config, ...info?.HostConfig } as Record<string, unknown>;
  const ours = { ...host, ...Object.fromEntries(SAME_CONFIG.map((name) => [name, request[name]])) };
  const other = Object.entries(ours).filter(([name, value]) => !isDeepStrictEqual(value, theirs[name]));
  if (!isDeepStrictEqual(shapeOf(mounted), shapeOf(theirs.Mounts))) other.push(["Mounts", mounted]);
  if (other.length === 0) return;
  const told = other.map(
    ([name, value]) => `${name} ${JSON.stringify(value)}, not ${JSON.stringify(theirs[name])}`,
  );
  throw new Error(`the raw baseline is not like stepdock's container of ${step.id}: ${told.join("; ")}`);
};

/**
 * How many mounts are read-only, and how many are not: their places are each container's own. But for the hosts file,
 * which the engine makes itself where it sets up the network.
 */
const shapeOf = (mounts: unknown): boolean[] =>
  ((mounts ?? []) as { ReadOnly?: boolean; Target?: string }[])
    .filter(({ Target }) => Target !== "/etc/hosts")
    .map(({ ReadOnly = false }) => ReadOnly)
    .sort();
