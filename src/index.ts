export type {
  CommandArgument,
  CommandContext,
  CommandElement,
  CommandInput,
  CommandOutput,
  ContainerBuild,
  ImageSource,
} from "./pipeline/container.ts";
export { type ContainerStepInit, type ContainerStepParts, containerStep } from "./pipeline/container-step.ts";
export type { StepContext, StepLogger } from "./pipeline/context.ts";
export { FatalError } from "./pipeline/fatal-error.ts";
export { type DirectorySchema, directory, type FileOptions, type FileSchema, file } from "./pipeline/file.ts";
export type { OutputPlace } from "./pipeline/file-brand.ts";
export type { CleanupContext, InitContext, RunHooks, StepHooks } from "./pipeline/hooks.ts";
export {
  defineMaterializer,
  type InputDeclaration,
  input,
  type MaterializerInit,
  type NamedMaterializer,
  type OutputDeclaration,
  type OwnMaterializer,
  output,
} from "./pipeline/materializer.ts";
export type { InvocationOptions, PipelineOptions, StepOptions } from "./pipeline/options.ts";
export { type Pipeline, pipeline } from "./pipeline/pipeline.ts";
export type { InvocationReference, OutputHandle } from "./pipeline/schema.ts";
export { type Step, step } from "./pipeline/step.ts";
export { type ArtifactOptions, artifact } from "./pipeline/stored-artifact.ts";
export { type DirectoryArtifact, directoryAt, type FileArtifact, fileAt } from "./util/stored-files.ts";
