import type { ArtifactStore } from "../artifact/port.ts";
import type { StackComponents } from "./catalog.ts";
import type { StackComponent, StackComponentType } from "./component.ts";
import type { ContainerRegistry } from "./container-registry.ts";
import type { ImageBuilder } from "./image-builder.ts";
import type { StackValidator } from "./stack-validator.ts";
import type { StepOperator } from "./step-operator.ts";

/** What all parts of a stack have in common, whatever port they implement. */
export interface StackPart {
  readonly name: string;
  readonly validator?: StackValidator | undefined;
}

/** The components that a run uses. ZenML's `Stack`. */
export interface Stack<Orchestrator extends StackComponent = StackComponent> {
  readonly name: string;
  /** Its components by name, as they are recorded with a run. */
  readonly components?: StackComponents;
  readonly orchestrator: Orchestrator;
  readonly artifactStore: ArtifactStore & Partial<StackPart>;
  readonly imageBuilder?: ImageBuilder & Partial<StackPart>;
  readonly containerRegistry?: ContainerRegistry & Partial<StackPart>;
  /** Each with a name of its own, by which steps ask for it. */
  readonly stepOperators?: readonly StepOperator[];
}

/** Every part that a stack has, by type. */
export const partsOf = (stack: Stack): [StackComponentType, StackPart][] => {
  const { orchestrator, artifactStore, imageBuilder, containerRegistry, stepOperators = [] } = stack;
  const builder = imageBuilder && { ...named(imageBuilder), validator: imageBuilder.validator };
  return [
    ["orchestrator", orchestrator],
    ["artifact_store", artifactStore],
    ...(builder ? [["image_builder", builder] as [StackComponentType, StackPart]] : []),
    ...(containerRegistry
      ? [["container_registry", containerRegistry] as [StackComponentType, StackPart]]
      : []),
    ...stepOperators.map((operator): [StackComponentType, StackPart] => ["step_operator", operator]),
  ];
};

const named = ({ name = "default" }: Partial<StackPart>) => ({ name });
