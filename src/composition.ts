import { fileURLToPath } from "node:url";
import { localArtifactStoreFlavor } from "./artifact/local-artifact-store-flavor.ts";
import type { ArtifactStore } from "./artifact/port.ts";
import { defaultContainerRegistryFlavor } from "./container-registry/default-container-registry.ts";
import { connectEngine } from "./docker/connect.ts";
import type { ContainerEngine } from "./docker/port.ts";
import { chosenStack, namingRun, type StackedRun, stackOfRun } from "./host/choose-stack.ts";
import { type BuiltIns, type Declared, readDeclared } from "./host/declared.ts";
import { localImageBuilderFlavor } from "./image-builder/local-image-builder-flavor.ts";
import type { Registrations } from "./metadata/registrations.ts";
import { hasShortLog } from "./metadata/sqlite/log-size.ts";
import type { BaseOrchestrator } from "./orchestrator/base/base-orchestrator.ts";
import { localOrchestratorFlavor } from "./orchestrator/local/local-orchestrator.ts";
import { localDockerOrchestratorFlavor } from "./orchestrator/local-docker/local-docker-orchestrator.ts";
import { dockerStepOperatorFlavor } from "./orchestrator/step-operator/docker-step-operator.ts";
import { secretLookup } from "./secrets/secret-lookup.ts";
import { assembleStack, makeComponent, type Workshop } from "./stack/assemble.ts";
import type { ComponentRecord, StackRecord } from "./stack/catalog.ts";
import type { AnyFlavor, FlavorEntry } from "./stack/flavor-registry.ts";
import type { ComponentServices } from "./stack/services.ts";
import type { Stack } from "./stack/stack.ts";
import { hasWorkspace, mustHaveWorkspace, NoWorkspaceError } from "./workspace/existing.ts";
import { projectRootOf, workspacePaths, workspaceRoot } from "./workspace/paths.ts";
import { type OtherStore, openWorkspace as openPlain, type Workspace } from "./workspace/workspace.ts";

/** Those that most runs need. */
const FLAVORS: readonly FlavorEntry[] = [
  localDockerOrchestratorFlavor,
  localOrchestratorFlavor,
  localArtifactStoreFlavor,
  localImageBuilderFlavor,
  dockerStepOperatorFlavor,
  defaultContainerRegistryFlavor,
].map((flavor) => ({ type: flavor.type, name: flavor.name, source: "built-in", load: () => flavor }));

/** Loaded when a stack has one of them. */
const RARE_FLAVORS: readonly FlavorEntry[] = [
  {
    ...{ type: "artifact_store", name: "s3", source: "built-in" },
    load: async () => (await import("./artifact/s3/s3-artifact-store-flavor.ts")).s3ArtifactStoreFlavor,
  },
  {
    ...{ type: "orchestrator", name: "local_package", source: "built-in" },
    load: async () =>
      (await import("./orchestrator/local-package/local-package-orchestrator.ts"))
        .localPackageOrchestratorFlavor as AnyFlavor,
  },
];

const builtIn = { config: {}, source: "built-in" } as const;

const COMPONENTS: readonly ComponentRecord[] = [
  { ...builtIn, type: "orchestrator", name: "local_docker", flavor: "local_docker" },
  { ...builtIn, type: "orchestrator", name: "local", flavor: "local" },
  { ...builtIn, type: "orchestrator", name: "local_package", flavor: "local_package" },
  { ...builtIn, type: "artifact_store", name: "default", flavor: "local" },
  { ...builtIn, type: "image_builder", name: "default", flavor: "local" },
  { ...builtIn, type: "step_operator", name: "docker", flavor: "docker" },
];

/** Each named after its orchestrator. */
const STACKS: readonly StackRecord[] = ["local_docker", "local", "local_package"].map((name) => ({
  name,
  components: {
    ...{ orchestrator: name, artifactStore: "default", imageBuilder: "default" },
    stepOperators: ["docker"],
  },
  source: "built-in",
}));

const BUILT_INS: BuiltIns = {
  flavors: [...FLAVORS, ...RARE_FLAVORS],
  components: COMPONENTS,
  stacks: STACKS,
  stack: "local_docker",
};

/** The entrypoint as one file, as the build makes it; it becomes part of every environment. */
const ENTRYPOINT_BUNDLE = fileURLToPath(import.meta.resolve("#entrypoint-bundle"));

/** Everything concrete, made once for a process and given back at its end. */
export interface House extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly projectRoot: string;
  /** Connects on first use. */
  readonly engine: () => Promise<ContainerEngine>;
  /** All flavors, components and stacks that there are: read when it is first asked for. */
  readonly declared: () => Promise<Declared>;
  readonly services: ComponentServices;
  /** A stack with its components, made anew; default: the active one. @throws UnknownStackError, ComponentConfigError */
  stack(name?: string): Promise<Stack<BaseOrchestrator>>;
  /**
   * The stack of a run that was made before: with the components that it had then, as they are configured now.
   *
   * @throws RunStackError where one of them is not there any more
   */
  stackOf(run: StackedRun): Promise<Stack<BaseOrchestrator>>;
}

export interface HouseOptions {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly now?: () => Date;
  /** Where secrets of components are looked up that are not in the environment. Default: `.env` in `projectRoot`. */
  readonly envFile?: string | undefined;
  /**
   * The process ends once the house is given back, and the database is left to its end. Closed last, it would first
   * carry over SQLite's log, with three fsyncs: while that is short, whoever opens it next reads it in less time.
   * Default: false.
   */
  readonly endsWithProcess?: boolean;
}

export const openHouse = async (options: HouseOptions): Promise<House> => {
  const { projectRoot } = options;
  const workspace: Workspace = await openPlain(options.workspaceRoot, async (name) =>
    storeIn(await workshop(), name),
  );
  let connecting: Promise<ContainerEngine> | undefined;
  const engine = () => (connecting ??= connectEngine());
  const services = servicesOf(workspace, engine, options);
  let read: Promise<Declared> | undefined;
  const declared = () => (read ??= readDeclared(workspace, projectRoot, BUILT_INS));
  const workshop = async (): Promise<Workshop> => ({ ...(await declared()), services });
  const assemble = async (record: StackRecord) =>
    await assembleStack<BaseOrchestrator>(record, await workshop());
  return {
    ...{ workspace, projectRoot, engine, declared, services },
    stack: async (name) => await assemble(chosenStack(await declared(), name)),
    stackOf: async (run) =>
      await namingRun(run, async () => await assemble(stackOfRun(await declared(), run))),
    [Symbol.asyncDispose]: async () => {
      await (await connecting?.catch(() => undefined))?.[Symbol.asyncDispose]();
      if (options.endsWithProcess && hasShortLog(workspace.paths.database)) return;
      await workspace[Symbol.asyncDispose]();
    },
  };
};

export interface HereOptions {
  /** As `--workspace` names it. */
  readonly workspace?: string | undefined;
  readonly envFile?: string | undefined;
}

/** A house for the project that the current directory is in. */
export const openHouseHere = ({ workspace, envFile }: HereOptions): Promise<House> =>
  openHouse({
    ...{ workspaceRoot: workspaceRoot({ directory: workspace }), envFile },
    projectRoot: projectRootOf(process.cwd()),
  });

/** The same, for what can do nothing without a workspace. @throws NoWorkspaceError where there is none yet */
export const openExistingHouse = async (options: HereOptions): Promise<House> => {
  mustHaveWorkspace(workspaceRoot({ directory: options.workspace }));
  return await openHouseHere(options);
};

/** What is declared, and registered in the workspace. */
export interface Shelf {
  readonly declared: () => Promise<Declared>;
  readonly workspace: Pick<Workspace, "registrations">;
}

/** Of the house here. Where there is no workspace none is made: nothing is registered there, and nothing can be changed. */
export const openShelfHere = async (options: HereOptions): Promise<Shelf & AsyncDisposable> => {
  const root = workspaceRoot({ directory: options.workspace });
  if (hasWorkspace(root)) return await openHouseHere(options);
  const workspace = { paths: workspacePaths(root), registrations: noneIn(root) };
  return {
    declared: () => readDeclared(workspace, projectRootOf(process.cwd()), BUILT_INS),
    workspace,
    [Symbol.asyncDispose]: async () => {},
  };
};

const noneIn = (root: string): Registrations => {
  const registered = { components: [], stacks: [], flavors: [] };
  return {
    read: async () => registered,
    // What is wrong with a change that would change nothing is told first.
    change: async (decide) => {
      decide(registered);
      throw new NoWorkspaceError(root);
    },
  };
};

/** An artifact store of a workspace that was opened without a house. @throws UnknownComponentError */
export const storeNamed: OtherStore = async (name, workspace) => {
  const projectRoot = projectRootOf(process.cwd());
  const declared = await readDeclared(workspace, projectRoot, BUILT_INS);
  return await storeIn(
    { ...declared, services: servicesOf(workspace, connectEngine, { projectRoot }) },
    name,
  );
};

/** Opens the workspace at `root`, making it on first use, for what only reads it. */
export const openWorkspace = (root: string): Promise<Workspace> => openPlain(root, storeNamed);

const storeIn = (workshop: Workshop, name: string): Promise<ArtifactStore> =>
  makeComponent(workshop.catalog.component("artifact_store", name), workshop);

const servicesOf = (
  { paths, metadata, artifactStoreOf }: Workspace,
  engine: () => Promise<ContainerEngine>,
  { projectRoot, envFile, now = () => new Date() }: Omit<HouseOptions, "workspaceRoot">,
): ComponentServices => ({
  ...{ paths, metadata, artifactStoreOf, engine, now, projectRoot, entrypointPath: ENTRYPOINT_BUNDLE },
  secrets: secretLookup({ environment: process.env, projectRoot, envFile }),
});
