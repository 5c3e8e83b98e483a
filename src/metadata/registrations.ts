import type { Json } from "../model/index.ts";

/** A component that was registered in the workspace. */
export interface RegisteredComponent {
  /** `artifact_store`, for instance. */
  readonly type: string;
  readonly name: string;
  readonly flavor: string;
  readonly config: Readonly<Record<string, Json>>;
}

/** A stack that was registered in the workspace: which components it has, by name. */
export interface RegisteredStack {
  readonly name: string;
  readonly components: {
    readonly orchestrator: string;
    readonly artifactStore: string;
    readonly imageBuilder?: string | undefined;
    readonly containerRegistry?: string | undefined;
    readonly stepOperators?: readonly string[] | undefined;
  };
}

/** A flavor that was registered in the workspace: the export of a module of the user's. */
export interface RegisteredFlavor {
  readonly type: string;
  readonly name: string;
  /** Relative to the workspace's directory, with `/`, so that both may be moved together. */
  readonly module: string;
  readonly exportName: string;
}

/** All that was registered in a workspace, each in the order of its names. */
export interface Registered {
  readonly components: readonly RegisteredComponent[];
  readonly stacks: readonly RegisteredStack[];
  readonly flavors: readonly RegisteredFlavor[];
  /** The stack that runs use which name none. */
  readonly activeStack?: string | undefined;
}

/** One change of what is registered. `put` also takes the place of what has the same name. */
export type Registration =
  | { readonly put: "component"; readonly value: RegisteredComponent }
  | { readonly put: "stack"; readonly value: RegisteredStack }
  | { readonly put: "flavor"; readonly value: RegisteredFlavor }
  | { readonly activate: string }
  | { readonly remove: "component" | "flavor"; readonly type: string; readonly name: string }
  | { readonly remove: "stack"; readonly name: string };

/** Keeps what is registered in a workspace. */
export interface Registrations {
  /** All of it, as it is at one instant. */
  read(): Promise<Registered>;
  /**
   * One change, decided on what is registered at that instant: nothing can come between. What `decide` throws is thrown,
   * and nothing is changed then.
   */
  change(decide: (present: Registered) => Registration): Promise<void>;
}
