/** What the entrypoint loads where it is to launch, and only then. */
export { launchPipeline } from "./launch-pipeline.ts";
export { type LaunchEnd, launchStep } from "./launch-step.ts";
