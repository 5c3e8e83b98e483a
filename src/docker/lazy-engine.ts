import type { Environment } from "./docker-config.ts";
import type { Endpoint } from "./endpoint.ts";
import { readEngineInfo } from "./engine-info.ts";
import type { EngineReader } from "./engine-reader.ts";
import { listImages } from "./image-list.ts";
import { inspectImage } from "./image-record.ts";
import { listContainers } from "./list-containers.ts";
import { listNetworks } from "./network-client.ts";
import type { ContainerEngine } from "./port.ts";

interface Connected {
  readonly endpoint: Endpoint;
  readonly environment: Environment;
  readonly patience: number;
  readonly reader: EngineReader;
}

/** An engine that is proven. dockerode is loaded once something is to be made, changed or streamed: where all is cached, nothing is. */
export const lazyEngine = ({ endpoint, environment, patience, reader }: Connected): ContainerEngine => {
  let opening: Promise<ContainerEngine> | undefined;
  const whole = () => (opening ??= openWhole(endpoint, environment, patience));
  return {
    endpoint: endpoint.url,
    info: (options) => readEngineInfo(reader.docker, endpoint.url, options),
    images: {
      inspect: (reference, options) => inspectImage(reader.docker, reference, options),
      list: (labels, options) => listImages(reader.docker, labels, options),
      pull: async (...given) => (await whole()).images.pull(...given),
      push: async (...given) => (await whole()).images.push(...given),
      digestInRegistry: async (...given) => (await whole()).images.digestInRegistry(...given),
      build: async (...given) => (await whole()).images.build(...given),
      import: async (...given) => (await whole()).images.import(...given),
      load: async (...given) => (await whole()).images.load(...given),
      tag: async (...given) => (await whole()).images.tag(...given),
      remove: async (...given) => (await whole()).images.remove(...given),
    },
    containers: {
      create: async (...given) => (await whole()).containers.create(...given),
      adopt: async (...given) => (await whole()).containers.adopt(...given),
      health: async (...given) => (await whole()).containers.health(...given),
      usage: async function* (...given) {
        yield* (await whole()).containers.usage(...given);
      },
      list: (labels, options) => listContainers(reader.docker, labels, options),
      remove: async (...given) => (await whole()).containers.remove(...given),
    },
    networks: {
      create: async (...given) => (await whole()).networks.create(...given),
      list: (labels, options) => listNetworks(reader.docker, labels, options),
      remove: async (...given) => (await whole()).networks.remove(...given),
    },
    volumes: {
      list: async (...given) => (await whole()).volumes.list(...given),
      remove: async (...given) => (await whole()).volumes.remove(...given),
    },
    [Symbol.asyncDispose]: async () => {
      reader[Symbol.dispose]();
      await (await opening)?.[Symbol.asyncDispose]();
    },
  };
};

const openWhole = async (
  endpoint: Endpoint,
  environment: Environment,
  patience: number,
): Promise<ContainerEngine> => {
  const [{ openConnection }, { createEngine }, { watchedConnection }] = await Promise.all([
    import("./dockerode-client.ts"),
    import("./engine.ts"),
    import("./watched-connection.ts"),
  ]);
  return createEngine(watchedConnection(openConnection(endpoint), patience), endpoint.url, environment);
};
