/**
 * What the entrypoint loads where it is to launch, and only then. In images it also stands for `stepdock/orchestrators`,
 * which the user's entrypoint configurations import: see `launcher-files.ts`.
 */
export { BaseEntrypointConfiguration } from "../../step-runner/entrypoint-configuration.ts";
export { PipelineEntrypointConfiguration } from "../../step-runner/pipeline-entrypoint-configuration.ts";
export { StepEntrypointConfiguration } from "../../step-runner/step-entrypoint-configuration.ts";
export { launchPipeline } from "./launch-pipeline.ts";
export { launchStep } from "./launch-step.ts";
