import { randomUUID } from "node:crypto";
import Dockerode from "dockerode";
import { createContainerClient } from "../../../src/docker/container-client.ts";
import type { ContainerSpec, ExitState, OutputSink, StreamName } from "../../../src/docker/port.ts";
import { BUSYBOX_IMAGE } from "../../fixtures/busybox-image.ts";

export const docker = new Dockerode();
export const containers = createContainerClient(docker);

/** Labels that nothing else on this engine carries. */
export const uniqueLabels = (): Record<string, string> => ({
  "dev.stepdock.test": "1",
  "dev.stepdock.test-id": randomUUID(),
});

/** A busybox shell that runs `script`, with nothing around it but an init process. */
export const shell = (script: string, overrides: Partial<ContainerSpec> = {}): ContainerSpec => ({
  image: BUSYBOX_IMAGE,
  command: ["sh", "-c", script],
  environment: {},
  labels: uniqueLabels(),
  mounts: [],
  network: "none",
  readOnlyRoot: false,
  tmpfs: {},
  init: true,
  capabilitiesDropped: [],
  noNewPrivileges: false,
  stdin: false,
  ...overrides,
});

/** Keeps what was printed; `printed` waits until stdout holds some text. */
export class Transcript implements OutputSink {
  readonly #chunks: Record<StreamName, Buffer[]> = { stdout: [], stderr: [] };
  #onWrite: () => void = () => {};

  get stdout(): string {
    return Buffer.concat(this.#chunks.stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#chunks.stderr).toString();
  }

  write(stream: StreamName, chunk: Buffer): void {
    this.#chunks[stream].push(chunk);
    this.#onWrite();
  }

  printed(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onWrite = () => this.stdout.includes(text) && resolve();
    this.#onWrite();
    return promise;
  }
}

export interface Outcome extends ExitState {
  readonly stdout: string;
  readonly stderr: string;
}

/** Creates, starts, feeds, awaits the end, disposes. */
export const run = async (spec: ContainerSpec, input?: string | Buffer): Promise<Outcome> => {
  const transcript = new Transcript();
  await using container = await containers.create(spec, transcript);
  const started = await container.start();
  if (input !== undefined) started.stdin?.end(input);
  const state = await started.ended;
  return { ...state, stdout: transcript.stdout, stderr: transcript.stderr };
};
