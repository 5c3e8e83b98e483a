import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { packRoot } from "../../src/image-builder/base-image-root.ts";
import { textEntry } from "../../src/image-builder/build-from.ts";

/** What a layer goes on. */
export interface LayerBase {
  readonly docker: Dockerode;
  /** Reference of the image below. */
  readonly environment: string;
  /** Of what is made, by which it is found and removed. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Makes an image of one layer more, with the code; throws where the engine cannot. */
export type LayerWay = (base: LayerBase, code: string) => Promise<void>;

const REPOSITORY = "stepdock/bench";

export const byClassicBuilder: LayerWay = async (base, code) => void (await build(base, code, {}));

/**
 * A number, where dockerode would open a session for "2": without one it is faster, and none is needed where the image
 * below is the engine's own. An engine without BuildKit takes its other builder, and names no image in this way.
 */
export const byBuildKit: LayerWay = async (base, code) => {
  const told = await build(base, code, { version: 2 as unknown as "2" });
  if (!told.some(({ id }) => id === "moby.image.id")) throw new Error("the engine has no BuildKit");
};

/** Of a container that never starts. */
export const byCommit: LayerWay = async ({ docker, environment, labels }, code) => {
  const container = await docker.createContainer({ Image: environment, Labels: { ...labels } });
  try {
    const bundles = { path: "bundles", type: "directory", mode: 0o755 } as const;
    await container.putArchive(packRoot([bundles, bundle(code)]), { path: "/" });
    await container.commit({ repo: REPOSITORY, tag: randomUUID() });
  } finally {
    await container.remove({ v: true });
  }
};

interface Message {
  readonly id?: string;
}

const build = async (
  { docker, environment, labels }: LayerBase,
  code: string,
  options: Dockerode.ImageBuildOptions,
): Promise<readonly Message[]> => {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const dockerfile = `FROM ${environment}\nLABEL ${label.join(" ")}\nCOPY bundles /bundles\n`;
  const context = packRoot([textEntry("Dockerfile", dockerfile), bundle(code)]);
  const answer = await docker.buildImage(context, { ...options, t: `${REPOSITORY}:${randomUUID()}` });
  return await messagesOf(docker, answer as Readable);
};

const bundle = (code: string) => textEntry("bundles/step.mjs", code, 0o444);

const messagesOf = async (docker: Dockerode, answer: Readable): Promise<readonly Message[]> => {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Message[]>();
  docker.modem.followProgress(answer, (error, told) => (error ? reject(error) : resolve(told)));
  return await promise;
};
