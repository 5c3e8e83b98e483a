import type { StoreOf } from "../artifact/with-other-stores.ts";
import type { ContainerEngine } from "../docker/port.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import type { SecretLookup } from "./secret-reference.ts";

/** What a component may use of the house, besides its stack. Flavors get it with each component that they make. */
export interface ComponentServices {
  readonly paths: WorkspacePaths;
  readonly metadata: MetadataStore;
  /** The store that an artifact of this workspace lies in. @throws UnknownComponentError where it is not there any more */
  readonly artifactStoreOf: StoreOf;
  /** Connects on first use; disposed by whoever made the services. */
  readonly engine: () => Promise<ContainerEngine>;
  readonly now: () => Date;
  /** The directory of the user's package.json. */
  readonly projectRoot: string;
  /** Looks up what references in a component's configuration name: see `resolveReference`. */
  readonly secrets: SecretLookup;
  /** The file of this machine that runs a step in a container. */
  readonly entrypointPath: string;
}
