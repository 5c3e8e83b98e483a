export { OutputMissingError, type OutputValues, type RunResult } from "./host/result.ts";
export { type RunOptions, run } from "./host/run.ts";
export type { EventSink, PipelineRun, RunEvent, StepRun } from "./model/index.ts";
export { openWorkspace, type Workspace, WorkspaceError } from "./workspace/workspace.ts";
