import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import type Dockerode from "dockerode";

/*
 * The baseline: what a person's script does for each container, and no more. Nothing of stepdock is imported here, so
 * that no technique of stepdock's can touch it.
 */

/** What one container is told, taken from a step container that stepdock made for the same work. */
export interface RawStep {
  readonly id: string;
  /** Ids of the steps that must have ended before. */
  readonly upstreams: readonly string[];
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  /** `uid:gid`, or empty. */
  readonly user: string;
  /** Read-only in the container, at the same path. */
  readonly storesPath: string;
  /** What the step reads from stdin, but for the places of its own. */
  readonly assignment: {
    readonly outputs: Readonly<Record<string, { readonly uri: string; readonly materializer: string }>>;
    readonly [key: string]: unknown;
  };
}

export interface RawOptions {
  readonly docker: Dockerode;
  /** Directory for the results of the steps. */
  readonly directory: string;
  /** Put on every container: with it whoever cleans up finds them. */
  readonly labels: Readonly<Record<string, string>>;
  /** How many containers there may be at once. */
  readonly concurrency: number;
}

export interface PreparedStep {
  readonly id: string;
  readonly upstreams: readonly string[];
  readonly request: Dockerode.ContainerCreateOptions;
  readonly line: string;
  readonly exchange: string;
}

/** Runs the steps in the order of their DAG, each container from create to remove in its slot. Returns milliseconds. */
export const runRaw = async (steps: readonly RawStep[], options: RawOptions): Promise<number> => {
  const prepared = steps.map((step) => prepare(step, options));
  const begun = performance.now();
  await inOrder(prepared, options.concurrency, (step) => lifecycle(options.docker, step));
  const milliseconds = performance.now() - begun;
  for (const step of prepared) check(step);
  return milliseconds;
};

/** The directories that are mounted are made here, before the clock runs. */
export const prepare = (step: RawStep, { directory, labels }: RawOptions): PreparedStep => {
  const stepRunId = randomUUID();
  const exchange = join(directory, stepRunId);
  const outputs = Object.entries(step.assignment.outputs).map(([name, { uri, materializer }]) => {
    const moved = uri.replace(/[^/]+$/, stepRunId);
    return { name, uri: moved, materializer, path: join(step.storesPath, moved.replace("local://", "")) };
  });
  for (const path of [exchange, ...outputs.map(({ path }) => path)]) mkdirSync(path, { recursive: true });
  const assignment = {
    ...{ ...step.assignment, stepRunId, attemptDirectory: exchange, nonce: randomBytes(16).toString("hex") },
    outputs: Object.fromEntries(outputs.map(({ name, uri, materializer }) => [name, { uri, materializer }])),
  };
  const writable = [...outputs.map(({ path }) => path), exchange];
  const request = createRequest(step, writable, labels);
  const { id, upstreams } = step;
  return { id, upstreams, request, line: `${JSON.stringify(assignment)}\n`, exchange };
};

const bind = (path: string, readOnly: boolean): Dockerode.MountSettings => ({
  ...{ Type: "bind", Source: path, Target: path, ReadOnly: readOnly },
});

const createRequest = (
  step: RawStep,
  writable: readonly string[],
  labels: RawOptions["labels"],
): Dockerode.ContainerCreateOptions => ({
  Image: step.image,
  Entrypoint: [...step.entrypoint],
  Cmd: [...step.command],
  Env: [...step.environment],
  Labels: { ...labels },
  ...(step.user === "" ? {} : { User: step.user }),
  WorkingDir: "/tmp",
  StopTimeout: 10,
  Tty: false,
  AttachStdout: true,
  AttachStderr: true,
  AttachStdin: true,
  OpenStdin: true,
  StdinOnce: true,
  HostConfig: {
    NetworkMode: "none",
    Mounts: [bind(step.storesPath, true), ...writable.map((path) => bind(path, false))],
    Tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777" },
    Init: true,
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    LogConfig: { Type: "local", Config: { "max-size": "1g", "max-file": "1", compress: "false" } },
    PidsLimit: 4096,
  },
});

/** Create, attach, start, tell the step its work, wait, remove. What it prints is read and thrown away. */
const lifecycle = async (docker: Dockerode, { request, line, id }: PreparedStep): Promise<void> => {
  const container = await docker.createContainer(request);
  try {
    const stream = await attach(docker, container.id);
    stream.resume();
    await container.start();
    stream.write(line);
    const { StatusCode: status } = await container.wait();
    await finished(stream, { writable: false, error: false }).catch(() => {});
    stream.destroy();
    if (status !== 0) throw new Error(`raw baseline: the container of ${id} ended with status ${status}`);
  } finally {
    await container.remove({ force: true, v: true });
  }
};

/** Without a body: dockerode's own `attach` sends its options as one, and what follows the headers becomes stdin. */
const attach = (docker: Dockerode, id: string): Promise<Duplex> => {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const request = {
    ...{ path: `/containers/${id}/attach?`, method: "POST", file: Buffer.alloc(0) },
    options: { _query: { stream: 1, stdin: 1, stdout: 1, stderr: 1 } },
    ...{ hijack: true, isStream: true, statusCodes: { 101: true, 200: true } },
  };
  docker.modem.dial(request, (error, socket) => {
    if (error) reject(error);
    else resolve((socket as Duplex).on("error", () => {}));
  });
  return promise;
};

/** A loop of promises: a step waits for its upstreams, then for a slot. */
const inOrder = async (
  steps: readonly PreparedStep[],
  concurrency: number,
  work: (step: PreparedStep) => Promise<void>,
): Promise<void> => {
  const waiting: (() => void)[] = [];
  let free = concurrency;
  const takeSlot = async () => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
  };
  const giveSlot = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  const ends = new Map<string, Promise<void>>();
  const run = async (step: PreparedStep) => {
    await Promise.all(step.upstreams.map((upstream) => ends.get(upstream)));
    await takeSlot();
    await work(step).finally(giveSlot);
  };
  for (const step of steps) ends.set(step.id, run(step));
  const settled = await Promise.allSettled(ends.values());
  const failed = settled.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
};

/** A baseline whose steps did not do their work measures nothing. */
const check = ({ id, exchange }: PreparedStep): void => {
  const { status } = JSON.parse(readFileSync(join(exchange, "result.json"), "utf8")) as { status: string };
  if (status !== "completed") throw new Error(`raw baseline: step ${id} is ${status}`);
};
