export { openWorkspace } from "./composition.ts";
export type { Plan, PlannedStep } from "./host/plan.ts";
export { OutputMissingError, type OutputValues, type RunResult } from "./host/result.ts";
export { type ConductOptions, type PlanOptions, plan, type RunOptions, resume, run } from "./host/run.ts";
export { type RunState, type StopOptions, status, stop, type WorkspaceOptions } from "./host/stop.ts";
export type { EventSink, PipelineRun, RunEvent, StepRun } from "./model/index.ts";
export { RunEndedError } from "./orchestrator/base/errors.ts";
export type { StoppedRun } from "./orchestrator/base/stop-run.ts";
export { type Workspace, WorkspaceError } from "./workspace/workspace.ts";
