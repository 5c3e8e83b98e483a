/** One task of a workflow, scaled: what the replay makes a step of. */
export interface Task {
  /** A name that a step invocation may have. */
  readonly id: string;
  /** Ids of the tasks that come before. */
  readonly parents: readonly string[];
  readonly milliseconds: number;
}

/** A task as a file of workflows has it. */
export interface WorkflowTask {
  readonly id: string;
  readonly name: string;
  readonly parents: readonly string[];
  readonly runtimeInSeconds: number;
}

export interface Workflow {
  readonly name: string;
  readonly tasks: readonly WorkflowTask[];
}
