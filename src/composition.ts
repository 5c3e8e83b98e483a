import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { didYouMean } from "./compiler/errors.ts";
import { connectEngine } from "./docker/connect.ts";
import type { ContainerEngine } from "./docker/port.ts";
import { StepdockError } from "./errors/error.ts";
import { createLocalImageBuilder } from "./image-builder/local-image-builder.ts";
import type { BaseOrchestrator } from "./orchestrator/base/base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "./orchestrator/base/config.ts";
import type { OrchestratorServices } from "./orchestrator/base/services.ts";
import { localOrchestratorFlavor } from "./orchestrator/local/local-orchestrator.ts";
import { localDockerOrchestratorFlavor } from "./orchestrator/local-docker/local-docker-orchestrator.ts";
import { localPackageOrchestratorFlavor } from "./orchestrator/local-package/local-package-orchestrator.ts";
import type { Flavor } from "./stack/component.ts";
import type { Stack } from "./stack/stack.ts";
import { openWorkspace, type Workspace } from "./workspace/workspace.ts";

/** A stack that is asked for by a name that none has. */
export class UnknownStackError extends StepdockError {
  readonly code = "not_found";
}

type OrchestratorFlavor = Flavor<
  BaseOrchestrator<BaseOrchestratorConfig>,
  BaseOrchestratorConfig,
  OrchestratorServices
>;

/** The built-in stacks, each named after its orchestrator's flavor. The first is the default. */
const FLAVORS: ReadonlyMap<string, OrchestratorFlavor> = new Map(
  [localDockerOrchestratorFlavor, localOrchestratorFlavor, localPackageOrchestratorFlavor].map((flavor) => [
    flavor.name,
    flavor as unknown as OrchestratorFlavor,
  ]),
);

export const DEFAULT_STACK = "local_docker";

/** The entrypoint as one file, as the build makes it; it becomes part of every environment. */
const ENTRYPOINT_BUNDLE = fileURLToPath(import.meta.resolve("#entrypoint-bundle"));

/** Everything concrete, made once for a process and given back at its end. */
export interface House extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly projectRoot: string;
  /** Connects on first use. */
  readonly engine: () => Promise<ContainerEngine>;
  stack(name?: string): Stack<BaseOrchestrator>;
}

export interface HouseOptions {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly now?: () => Date;
}

export const openHouse = async ({ workspaceRoot, projectRoot, now }: HouseOptions): Promise<House> => {
  const workspace = await openWorkspace(workspaceRoot);
  let connecting: Promise<ContainerEngine> | undefined;
  const engine = () => (connecting ??= connectEngine());
  const services: OrchestratorServices = {
    ...workspace,
    engine,
    now: now ?? (() => new Date()),
    projectRoot,
  };
  return {
    workspace,
    projectRoot,
    engine,
    stack: (name = DEFAULT_STACK) => createStack(name, { workspace, services, projectRoot }),
    [Symbol.asyncDispose]: async () => {
      await (await connecting?.catch(() => undefined))?.[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
};

const createStack = (
  name: string,
  parts: { workspace: Workspace; services: OrchestratorServices; projectRoot: string },
): Stack<BaseOrchestrator> => {
  const flavor = FLAVORS.get(name);
  if (!flavor) throw unknownStack(name);
  const { workspace, services, projectRoot } = parts;
  const config = z.parse(flavor.configSchema, {});
  return {
    name,
    orchestrator: flavor.create({ name, id: `${workspace.metadata.workspaceId}/${name}`, config }, services),
    artifactStore: workspace.artifactStore,
    imageBuilder: createLocalImageBuilder({
      engine: services.engine,
      entrypoint: { path: ENTRYPOINT_BUNDLE },
      projectRoot,
      workspaceId: workspace.metadata.workspaceId,
    }),
  };
};

const unknownStack = (name: string): UnknownStackError => {
  const known = [...FLAVORS.keys()];
  return new UnknownStackError(
    `There is no stack "${name}". There are: ${known.join(", ")}.${didYouMean(name, known)}`,
  );
};
