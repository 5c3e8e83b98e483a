import { StepdockError } from "../errors/error.ts";

/** Two nodes of one graph have the same id. ZenML raises `ValueError` here. */
export class DuplicateNodeError extends StepdockError {
  readonly code = "duplicate_node";
  readonly nodeId: string;

  constructor(nodeId: string) {
    super(`Two nodes of the graph have the id "${nodeId}". Give each node an id of its own.`);
    this.nodeId = nodeId;
  }
}

/** The graph has a cycle, so no order of its nodes exists. ZenML raises `RuntimeError` here. */
export class CyclicGraphError extends StepdockError {
  readonly code = "cyclic_graph";
  /** The ids along the cycle, upstream first; the first id stands again at the end: `["a", "b", "a"]`. */
  readonly cycle: readonly string[];

  constructor(cycle: readonly string[], graph = "The graph") {
    super(
      `${graph} has a cycle: ${cycle.join(" → ")}. Each waits for the one before it, so none can start: ` +
        "remove one of these dependencies.",
    );
    this.cycle = cycle;
  }

  /** The same, told of a pipeline. */
  inPipeline(name: string): CyclicGraphError {
    return new CyclicGraphError(this.cycle, `Pipeline "${name}"`);
  }
}

/** An option of this room has a value it cannot take. */
export class DagOptionError extends StepdockError {
  readonly code = "usage";
  readonly option: string;
  readonly value: unknown;

  constructor(option: string, value: unknown, expected: string) {
    super(`${option} is ${String(value)}, but it must be ${expected}.`);
    this.option = option;
    this.value = value;
  }
}
