import * as z from "zod/mini";
import type { StackComponentType } from "./component.ts";
import { commandOf, wordsOf } from "./component-words.ts";
import { DuplicateNameError, UnknownComponentError, UnknownStackError } from "./errors.ts";
import type { Source } from "./flavor-registry.ts";

/** A component as it is declared: what it is made from. */
export interface ComponentRecord {
  readonly type: StackComponentType;
  readonly name: string;
  readonly flavor: string;
  /** As it was given, without the defaults of the flavor. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly source: Source;
}

/** Which components a stack has, by name. */
export const StackComponents = z.object({
  orchestrator: z.string(),
  artifactStore: z.string(),
  imageBuilder: z.optional(z.string()),
  containerRegistry: z.optional(z.string()),
  stepOperators: z.optional(z.readonly(z.array(z.string()))),
});
export type StackComponents = Readonly<z.infer<typeof StackComponents>>;

/** A stack as it is declared. */
export interface StackRecord {
  readonly name: string;
  readonly components: StackComponents;
  readonly source: Source;
}

/** Everything that was declared, wherever. */
export class StackCatalog {
  readonly components: readonly ComponentRecord[];
  readonly stacks: readonly StackRecord[];

  constructor(declared: { components: readonly ComponentRecord[]; stacks: readonly StackRecord[] }) {
    this.components = declared.components;
    this.stacks = declared.stacks;
  }

  /** @throws UnknownComponentError; DuplicateNameError where the configuration file and the workspace both have it */
  component(type: StackComponentType, name: string): ComponentRecord {
    const ofType = this.componentsOf(type);
    const [found, ...others] = ofType.filter((each) => each.name === name);
    const names = ofType.map((each) => each.name);
    if (!found) throw new UnknownComponentError(type, name, names);
    if (others.length > 0) throw duplicate(wordsOf(type), [found, ...others], commandOf(type));
    return found;
  }

  /** @throws UnknownStackError; DuplicateNameError where the configuration file and the workspace both have it */
  stack(name: string): StackRecord {
    const [found, ...others] = this.stacks.filter((each) => each.name === name);
    const names = this.stacks.map((each) => each.name);
    if (!found) throw new UnknownStackError(name, names);
    if (others.length > 0) throw duplicate("stack", [found, ...others], "stack");
    return found;
  }

  componentsOf(type: StackComponentType): ComponentRecord[] {
    return this.components.filter((each) => each.type === type);
  }

  /** The names of the stacks that have a component. */
  stacksWith(type: StackComponentType, name: string): string[] {
    return this.stacks
      .filter(({ components }) => namesIn(components).some(([t, n]) => t === type && n === name))
      .map((stack) => stack.name);
  }
}

const duplicate = (
  what: string,
  found: readonly { readonly name: string; readonly source: Source }[],
  command: string,
): DuplicateNameError => {
  const [{ name } = { name: "" }] = found;
  const sources = found.map(({ source }) => source);
  return new DuplicateNameError(what, name, sources, `stepdock ${command} delete ${name}`);
};

/** The components of a stack, by type and name. */
export const namesIn = (components: StackComponents): [StackComponentType, string][] => {
  const { orchestrator, artifactStore, imageBuilder, containerRegistry, stepOperators = [] } = components;
  const all: [StackComponentType, string | undefined][] = [
    ["orchestrator", orchestrator],
    ["artifact_store", artifactStore],
    ["image_builder", imageBuilder],
    ["container_registry", containerRegistry],
    ...stepOperators.map((name): [StackComponentType, string] => ["step_operator", name]),
  ];
  return all.flatMap(([type, name]) => (name === undefined ? [] : [[type, name]]));
};
