import type { ArtifactStore } from "../artifact/port.ts";
import type { StackComponent } from "./component.ts";
import type { ImageBuilder } from "./image-builder.ts";
import type { StepOperator } from "./step-operator.ts";

/** The components that a run uses. */
export interface Stack<Orchestrator extends StackComponent = StackComponent> {
  readonly name: string;
  readonly orchestrator: Orchestrator;
  readonly artifactStore: ArtifactStore;
  readonly imageBuilder?: ImageBuilder;
  /** Each with a name of its own, by which steps ask for it. */
  readonly stepOperators?: readonly StepOperator[];
}
