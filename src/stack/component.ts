import type * as z from "zod/mini";

/** ZenML's `StackComponentType`. */
export type StackComponentType =
  | "orchestrator"
  | "artifact_store"
  | "image_builder"
  | "container_registry"
  | "step_operator";

export interface ComponentIdentity<Config> {
  readonly name: string;
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
}

/** A named kind of component: its configuration's schema and its factory. ZenML's `Flavor`. */
export interface Flavor<Component, Config, Services> {
  readonly name: string;
  readonly type: StackComponentType;
  /** Strict: an unknown key is an error. */
  readonly configSchema: z.ZodMiniType<Config>;
  readonly docsUrl?: string;
  create(identity: ComponentIdentity<Config>, services: Services): Component;
}
