import type { ArtifactStore } from "../artifact/port.ts";
import type { StackComponent } from "./component.ts";
import type { ContainerRegistry } from "./container-registry.ts";
import type { ImageBuilder } from "./image-builder.ts";

/** The components that a run uses. */
export interface Stack<Orchestrator extends StackComponent = StackComponent> {
  readonly name: string;
  readonly orchestrator: Orchestrator;
  readonly artifactStore: ArtifactStore;
  readonly imageBuilder?: ImageBuilder;
  readonly containerRegistry?: ContainerRegistry;
}
