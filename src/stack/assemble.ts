import type { ArtifactStore } from "../artifact/port.ts";
import type { ComponentRecord, StackCatalog, StackRecord } from "./catalog.ts";
import type { StackComponent, StackComponentType } from "./component.ts";
import { settleConfig } from "./component-config.ts";
import type { ContainerRegistry } from "./container-registry.ts";
import type { FlavorRegistry } from "./flavor-registry.ts";
import type { ImageBuilder } from "./image-builder.ts";
import type { ComponentServices } from "./services.ts";
import type { Stack } from "./stack.ts";
import type { StepOperator } from "./step-operator.ts";

/** What components are made with. */
export interface Workshop {
  readonly catalog: StackCatalog;
  readonly flavors: FlavorRegistry;
  readonly services: ComponentServices;
}

/** Makes a component from its record. @throws UnknownFlavorError, ComponentConfigError */
export const makeComponent = async <Component = unknown>(
  record: ComponentRecord,
  { flavors, services }: Pick<Workshop, "flavors" | "services">,
): Promise<Component> => {
  const flavor = await flavors.get(record.type, record.flavor);
  const config = settleConfig(flavor, record);
  const id = `${services.metadata.workspaceId}/${record.name}`;
  return flavor.create({ name: record.name, id, config }, services) as Component;
};

/** Makes a stack from its record, with all its components. @throws UnknownComponentError, ComponentConfigError, … */
export const assembleStack = async <Orchestrator extends StackComponent>(
  { name, components }: StackRecord,
  workshop: Workshop,
): Promise<Stack<Orchestrator>> => {
  const make = async <Part>(type: StackComponentType, wanted: string) =>
    await makeComponent<Part>(workshop.catalog.component(type, wanted), workshop);
  const { orchestrator, artifactStore, imageBuilder, containerRegistry, stepOperators = [] } = components;
  const operators = await Promise.all(stepOperators.map((each) => make<StepOperator>("step_operator", each)));
  return {
    ...{ name, components },
    orchestrator: await make<Orchestrator>("orchestrator", orchestrator),
    artifactStore: await make<ArtifactStore>("artifact_store", artifactStore),
    ...(imageBuilder && { imageBuilder: await make<ImageBuilder>("image_builder", imageBuilder) }),
    ...(containerRegistry && {
      containerRegistry: await make<ContainerRegistry>("container_registry", containerRegistry),
    }),
    ...(operators.length > 0 && { stepOperators: operators }),
  };
};
