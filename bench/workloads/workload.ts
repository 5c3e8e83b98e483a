import type { Row } from "../measure/row.ts";
import type { BenchWorkspace, Workshop } from "../workshop.ts";

/** What every workload is given. */
export interface Bench {
  readonly workshop: Workshop;
  /** Shared by the workloads: what is built and bundled for one is there for the next. */
  readonly workspace: BenchWorkspace;
  /** How many interleaved pairs. */
  readonly runs: number;
  /** How many of those that take minutes. */
  readonly longRuns: number;
  /** Sizes so small that nothing is measured: only whether it works. */
  readonly smoke: boolean;
  /** Everything, also what takes many minutes. */
  readonly all: boolean;
  /** Directory of WfFormat files. */
  readonly dags: string;
}

/** Something to measure, by the name that `--only` takes. */
export interface Workload {
  readonly name: string;
  rows(bench: Bench): Promise<Row[]>;
}
