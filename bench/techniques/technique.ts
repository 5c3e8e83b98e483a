import { interleave, type Timed } from "../measure/interleave.ts";
import { type Row, ratioRow } from "../measure/row.ts";
import type { Workload } from "../workloads/workload.ts";

/** A technique is measured as any workload is: with it, by without it. */
export type Technique = Workload;

export interface Switched {
  /** What it is, and on which work. */
  readonly work: string;
  readonly runs: number;
  readonly on: Timed;
  readonly off: Timed;
  readonly figure?: string;
}

/** Below 1 it pays. No bound: what does not pay is for people to remove. */
export const onByOff = async ({ work, runs, on, off, figure = "wall on / off" }: Switched): Promise<Row> =>
  ratioRow({ work, figure, pairs: await interleave(runs, on, off) });
