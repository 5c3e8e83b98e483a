import { fileURLToPath } from "node:url";
import { localArtifactStoreFlavor } from "./artifact/local-artifact-store-flavor.ts";
import { s3ArtifactStoreFlavor } from "./artifact/s3/s3-artifact-store-flavor.ts";
import { connectEngine } from "./docker/connect.ts";
import type { ContainerEngine } from "./docker/port.ts";
import { localImageBuilderFlavor } from "./image-builder/local-image-builder-flavor.ts";
import type { BaseOrchestrator } from "./orchestrator/base/base-orchestrator.ts";
import { localOrchestratorFlavor } from "./orchestrator/local/local-orchestrator.ts";
import { localDockerOrchestratorFlavor } from "./orchestrator/local-docker/local-docker-orchestrator.ts";
import { secretLookup } from "./secrets/secret-lookup.ts";
import { assembleStack } from "./stack/assemble.ts";
import { type ComponentRecord, StackCatalog, type StackRecord } from "./stack/catalog.ts";
import { type AnyFlavor, FlavorRegistry } from "./stack/flavor-registry.ts";
import type { ComponentServices } from "./stack/services.ts";
import type { Stack } from "./stack/stack.ts";
import { openWorkspace, type Workspace } from "./workspace/workspace.ts";

/** One that is large or rarely used is added with a `load` that imports it: see `builtInFlavors`. */
const FLAVORS: readonly AnyFlavor[] = [
  localDockerOrchestratorFlavor,
  localOrchestratorFlavor,
  localArtifactStoreFlavor,
  s3ArtifactStoreFlavor,
  localImageBuilderFlavor,
];

const builtInFlavors = (): FlavorRegistry => {
  const registry = new FlavorRegistry();
  for (const flavor of FLAVORS) {
    registry.add({ type: flavor.type, name: flavor.name, source: "built-in", load: () => flavor });
  }
  return registry;
};

export const DEFAULT_STACK = "local_docker";

const builtIn = { config: {}, source: "built-in" } as const;

const COMPONENTS: readonly ComponentRecord[] = [
  { ...builtIn, type: "orchestrator", name: "local_docker", flavor: "local_docker" },
  { ...builtIn, type: "orchestrator", name: "local", flavor: "local" },
  { ...builtIn, type: "artifact_store", name: "default", flavor: "local" },
  { ...builtIn, type: "image_builder", name: "default", flavor: "local" },
];

/** Each named after its orchestrator. */
const STACKS: readonly StackRecord[] = ["local_docker", "local"].map((name) => ({
  name,
  components: { orchestrator: name, artifactStore: "default", imageBuilder: "default" },
  source: "built-in",
}));

/** The entrypoint as one file, as the build makes it; it becomes part of every environment. */
const ENTRYPOINT_BUNDLE = fileURLToPath(import.meta.resolve("#entrypoint-bundle"));

/** Everything concrete, made once for a process and given back at its end. */
export interface House extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly projectRoot: string;
  /** Connects on first use. */
  readonly engine: () => Promise<ContainerEngine>;
  /** A stack with its components, made anew; default: the active one. @throws UnknownStackError, ComponentConfigError */
  stack(name?: string): Promise<Stack<BaseOrchestrator>>;
}

export interface HouseOptions {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly now?: () => Date;
  /** Where secrets of components are looked up that are not in the environment. Default: `.env` in `projectRoot`. */
  readonly envFile?: string | undefined;
}

export const openHouse = async (options: HouseOptions): Promise<House> => {
  const { workspaceRoot, projectRoot } = options;
  const workspace = await openWorkspace(workspaceRoot);
  let connecting: Promise<ContainerEngine> | undefined;
  const engine = () => (connecting ??= connectEngine());
  const services = servicesOf(workspace, engine, options);
  const catalog = new StackCatalog({ components: COMPONENTS, stacks: STACKS });
  const flavors = builtInFlavors();
  return {
    workspace,
    projectRoot,
    engine,
    stack: async (name = DEFAULT_STACK) => assembleStack(catalog.stack(name), { catalog, flavors, services }),
    [Symbol.asyncDispose]: async () => {
      await (await connecting?.catch(() => undefined))?.[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
};

const servicesOf = (
  { paths, metadata }: Workspace,
  engine: () => Promise<ContainerEngine>,
  { projectRoot, envFile, now = () => new Date() }: HouseOptions,
): ComponentServices => ({
  ...{ paths, metadata, engine, now, projectRoot, entrypointPath: ENTRYPOINT_BUNDLE },
  secrets: secretLookup({ environment: process.env, projectRoot, envFile }),
});
