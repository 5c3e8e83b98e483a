import { randomUUID } from "node:crypto";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { Environment } from "../../../src/docker/docker-config.ts";
import type { ContainerEngine, ImageRecord } from "../../../src/docker/port.ts";
import type { ContainerRegistry } from "../../../src/stack/container-registry.ts";
import type { ComponentServices } from "../../../src/stack/services.ts";
import { LOGIN } from "../../fixtures/docker-registry.ts";
import { tarOf } from "../../fixtures/tar.ts";

/** Where the registry is, and as whom to go there. */
export interface RegistryAddress {
  readonly uri: string;
  readonly username?: string;
  /** `{{secret.NAME}}` */
  readonly password?: string;
}

export type MakeRegistry = (
  address: RegistryAddress,
  services: Pick<ComponentServices, "engine" | "secrets">,
) => ContainerRegistry;

/** Names of secrets that are there. */
export const RIGHT = { username: LOGIN.username, password: "{{secret.REGISTRY_PASSWORD}}" };
export const WRONG = { username: LOGIN.username, password: "{{secret.OLD_PASSWORD}}" };

const SECRETS: Readonly<Record<string, string>> = { REGISTRY_PASSWORD: LOGIN.password, OLD_PASSWORD: "no" };

/** One test's engine, and images of its own that are removed at its end with every name that they got. */
export interface RegistryTest extends AsyncDisposable {
  readonly engine: ContainerEngine;
  readonly registry: (address: RegistryAddress) => ContainerRegistry;
  /** A small image under a name of ours; with `parent` one more layer on that. */
  image(parent?: string): Promise<string>;
  /** Every name that the images of this test have. */
  names(): Promise<string[]>;
  /** Takes every name from them, and so removes them. */
  removeImages(): Promise<void>;
}

const MARK = "dev.stepdock.test-mark";

export const openRegistryTest = async (
  make: MakeRegistry,
  environment: Environment = {},
): Promise<RegistryTest> => {
  const engine = await connectEngine({ environment: { ...process.env, ...environment } });
  const mark = randomUUID();
  const services = {
    engine: async () => engine,
    secrets: { get: (name: string) => SECRETS[name] ?? `there is no ${name}` },
  };
  const ours = () => engine.images.list({ [MARK]: mark });
  const removeImages = async () => {
    // What is built on another goes first.
    const layersFirst = (a: ImageRecord, b: ImageRecord) => b.layers.length - a.layers.length;
    for (const image of (await ours()).sort(layersFirst)) await removeImage(engine, image);
  };
  let count = 0;
  return {
    engine,
    registry: (address) => make(address, services),
    image: async (parent) => {
      const name = `stepdock/step:${mark}-${++count}`;
      const label = `LABEL ${MARK}=${mark}`;
      if (parent === undefined) {
        await engine.images.import(tarOf({ file: `${mark} ${count}` }), name, [label]);
        return name;
      }
      const dockerfile = `FROM ${parent}\n${label}\nCOPY file /file-${count}\n`;
      const context = tarOf({ Dockerfile: dockerfile, file: `${mark} ${count}` });
      await engine.images.build({ context, dockerfile: "Dockerfile", tag: name, labels: {} });
      return name;
    },
    names: async () =>
      (await ours()).flatMap(({ tags, repositoryDigests }) => [...tags, ...repositoryDigests]).sort(),
    removeImages,
    [Symbol.asyncDispose]: async () => {
      await removeImages();
      await engine[Symbol.asyncDispose]();
    },
  };
};

const removeImage = async (engine: ContainerEngine, { id, tags }: ImageRecord): Promise<void> => {
  for (const tag of tags) await engine.images.remove(tag);
  const left = await engine.images.inspect(id);
  for (const digest of left?.repositoryDigests ?? []) await engine.images.remove(digest);
  await engine.images.remove(id);
};
