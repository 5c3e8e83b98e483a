import { containerWorkloads } from "./containers.ts";
import { dagRunnerWorkload } from "./dag-runner.ts";
import { logsWorkload } from "./logs.ts";
import { memoryWorkload } from "./memory.ts";
import { metadataWorkload } from "./metadata.ts";
import { replayWorkload } from "./replay.ts";
import { wholeProcessWorkloads } from "./whole-process.ts";
import type { Workload } from "./workload.ts";

/** In the order of the table. */
export const WORKLOADS: readonly Workload[] = [
  ...containerWorkloads,
  replayWorkload,
  ...wholeProcessWorkloads,
  dagRunnerWorkload,
  metadataWorkload,
  logsWorkload,
  memoryWorkload,
];
