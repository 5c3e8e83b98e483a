import type * as z from "zod/mini";
import type { LocalArtifactStoreConfig } from "./artifact/local-artifact-store-flavor.ts";
import type { S3ArtifactStoreConfig } from "./artifact/s3/s3-config.ts";
import type { DefaultContainerRegistryConfig } from "./container-registry/default-container-registry.ts";
import type { LocalImageBuilderConfig } from "./image-builder/local-image-builder-flavor.ts";
import type { LocalOrchestratorConfig } from "./orchestrator/local/local-orchestrator.ts";
import type { LocalDockerOrchestratorConfig } from "./orchestrator/local-docker/local-docker-orchestrator.ts";
import type { LocalPackageOrchestratorConfig } from "./orchestrator/local-package/local-package-orchestrator.ts";
import type { DockerStepOperatorConfig } from "./orchestrator/step-operator/docker-step-operator.ts";
import type { AnyFlavor } from "./stack/flavor-registry.ts";

/** What the built-in flavors take; any other flavor checks its own when it is used. */
interface BuiltIn {
  orchestrator: {
    local: z.input<typeof LocalOrchestratorConfig>;
    local_docker: z.input<typeof LocalDockerOrchestratorConfig>;
    local_package: z.input<typeof LocalPackageOrchestratorConfig>;
  };
  artifactStore: {
    local: z.input<typeof LocalArtifactStoreConfig>;
    s3: z.input<typeof S3ArtifactStoreConfig>;
  };
  imageBuilder: { local: z.input<typeof LocalImageBuilderConfig> };
  containerRegistry: { default: z.input<typeof DefaultContainerRegistryConfig> };
  stepOperator: { docker: z.input<typeof DockerStepOperatorConfig> };
}

type ConfigOf<Configs, Flavor> = Flavor extends keyof Configs
  ? Configs[Flavor]
  : Readonly<Record<string, unknown>>;

/** Components of one type: name → flavor, and what that is configured with. */
type Components<Names, Configs> = {
  readonly [Name in keyof Names]: {
    readonly flavor: Names[Name];
    readonly config?: ConfigOf<Configs, Names[Name]>;
  };
};

/** The components of a stack, by name. */
export interface StackDeclaration {
  readonly orchestrator: string;
  /** Default: `default`, in the workspace. */
  readonly artifactStore?: string;
  /** Default: `default`, the engine's. `false`: none. */
  readonly imageBuilder?: string | false;
  readonly containerRegistry?: string;
  readonly stepOperators?: readonly string[];
}

type Flavors = Readonly<Record<string, string>>;

/** What `stepdock.config.ts` exports. */
export interface StepdockConfig<
  Orchestrators = Flavors,
  Stores = Flavors,
  Builders = Flavors,
  Registries = Flavors,
  Operators = Flavors,
> {
  /** The stack of runs that name none, unless `stepdock stack set` chose another. */
  readonly stack?: string;
  /** Flavors of your own. */
  readonly flavors?: readonly AnyFlavor[];
  readonly components?: {
    readonly orchestrator?: Components<Orchestrators, BuiltIn["orchestrator"]>;
    readonly artifactStore?: Components<Stores, BuiltIn["artifactStore"]>;
    readonly imageBuilder?: Components<Builders, BuiltIn["imageBuilder"]>;
    readonly containerRegistry?: Components<Registries, BuiltIn["containerRegistry"]>;
    readonly stepOperator?: Components<Operators, BuiltIn["stepOperator"]>;
  };
  readonly stacks?: Readonly<Record<string, StackDeclaration>>;
}

/** The content of `stepdock.config.ts`, checked by the compiler: `export default defineConfig({ … })`. */
export const defineConfig = <
  const Orchestrators extends Flavors = Flavors,
  const Stores extends Flavors = Flavors,
  const Builders extends Flavors = Flavors,
  const Registries extends Flavors = Flavors,
  const Operators extends Flavors = Flavors,
>(
  config: StepdockConfig<Orchestrators, Stores, Builders, Registries, Operators>,
): StepdockConfig<Orchestrators, Stores, Builders, Registries, Operators> => config;
