import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerEngine } from "../../../src/docker/port.ts";
import { shell, Transcript } from "../docker/container-support.ts";

/** What the promise rejects with; an error of its own where it does not. */
export const failureOf = async (promise: Promise<unknown>): Promise<Error> => {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "rejected") return result.reason;
  throw new Error("it did not fail");
};

/** What a container prints that prints its stdin; `input` must be whole, in order, and its end be seen. */
export const echoed = async (engine: ContainerEngine, input: string): Promise<string> => {
  const transcript = new Transcript();
  await using container = await engine.containers.create(shell("cat", { stdin: true }), transcript);
  const { stdin, ended } = await container.start();
  stdin?.end(input);
  const { exitCode } = await ended;
  return `${transcript.stdout}exit ${exitCode}`;
};

export const numberedLines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

/** Removes the containers that carry the labels. */
export const sweep = async (
  engine: ContainerEngine,
  labels: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const { id } of await engine.containers.list(labels)) await engine.containers.remove(id);
};

/** Sweeps when it is disposed. */
export const sweeping = (
  engine: ContainerEngine,
  labels: Readonly<Record<string, string>>,
): AsyncDisposable => ({ [Symbol.asyncDispose]: () => sweep(engine, labels) });

/** A directory for `DOCKER_CONFIG`. */
export interface DockerConfigDirectory extends AsyncDisposable {
  readonly path: string;
}

export interface Context {
  readonly host: string;
  /** A directory of `ca.pem`, `cert.pem` and `key.pem`. */
  readonly certificates?: string;
}

/** With contexts as the Docker CLI lays them out, one of them the current. */
export const dockerConfigDirectory = async (
  contexts: Readonly<Record<string, Context>>,
  currentContext: string,
): Promise<DockerConfigDirectory> => {
  const path = await mkdtemp(join(tmpdir(), "stepdock-docker-config-"));
  await writeFile(join(path, "config.json"), JSON.stringify({ currentContext }));
  for (const [name, context] of Object.entries(contexts)) await writeContext(path, name, context);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

const writeContext = async (root: string, name: string, { host, certificates }: Context): Promise<void> => {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  await mkdir(join(root, "contexts/meta", id), { recursive: true });
  await writeFile(join(root, "contexts/meta", id, "meta.json"), JSON.stringify(meta));
  if (certificates) await cp(certificates, join(root, "contexts/tls", id, "docker"), { recursive: true });
};
