import type * as z from "zod/mini";
import type { StackValidator } from "./stack-validator.ts";

/** ZenML's `StackComponentType`. */
export const COMPONENT_TYPES = [
  "orchestrator",
  "artifact_store",
  "image_builder",
  "container_registry",
  "step_operator",
] as const;
export type StackComponentType = (typeof COMPONENT_TYPES)[number];

/** A component as it is made: by which name, with which settled configuration. */
export interface ComponentIdentity<Config> {
  readonly name: string;
  /** Unique among the components of its type of all workspaces; the same wherever the workspace is moved. */
  readonly id: string;
  readonly config: Config;
}

/** A named part of a stack, with its settled configuration; ZenML's `StackComponent`. */
export abstract class StackComponent<Config = unknown> {
  abstract readonly type: StackComponentType;
  abstract readonly flavor: string;
  readonly name: string;
  readonly id: string;
  readonly config: Readonly<Config>;

  constructor({ name, id, config }: ComponentIdentity<Config>) {
    this.name = name;
    this.id = id;
    this.config = Object.freeze(config);
  }

  /** What this component asks of the stack that it is in. */
  get validator(): StackValidator | undefined {
    return undefined;
  }
}

/** A named kind of component: its configuration's schema and its factory. ZenML's `Flavor`. */
export interface Flavor<Component, Config, Services> {
  readonly name: string;
  readonly type: StackComponentType;
  /** Strict: an unknown key is an error. Of zod/mini, or of zod. */
  readonly configSchema: z.core.$ZodType<Config>;
  readonly docsUrl?: string;
  /** Connects to nothing and reads nothing: a component is also made to look at it. */
  create(identity: ComponentIdentity<Config>, services: Services): Component;
}
