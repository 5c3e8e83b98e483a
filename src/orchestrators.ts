export {
  createMirroredArtifactStore,
  type MirroredArtifactStoreOptions,
} from "./artifact/mirror/mirrored-artifact-store.ts";
export type { ObjectOptions, ObjectStore } from "./artifact/mirror/object-store.ts";
export type { ArtifactLocation, ArtifactStore } from "./artifact/port.ts";
export { ArtifactStoreError } from "./artifact/store-error.ts";
/** Nothing is global here, so nothing is registered: what it returns reads artifacts of other stores, too. */
export { withOtherStores as registerArtifactStoreFilesystem } from "./artifact/with-other-stores.ts";
export { DagRunner } from "./dag/dag-runner.ts";
export type { DagRunnerOptions, NodeOutcome, RunNode } from "./dag/dag-runner-options.ts";
export { CyclicGraphError, DagOptionError, DuplicateNodeError } from "./dag/errors.ts";
export { type DagResult, type NodeResult, NodeStatus, type NotRunReason } from "./dag/node-status.ts";
export { type Dag, reverseDag } from "./dag/reverse-dag.ts";
export { topsortedLayers } from "./dag/topsort.ts";
export type {
  Build,
  ExecutionMode,
  ExecutionStatus,
  Invocation,
  PipelineRun,
  PipelineSnapshot,
  ResourceSettings,
  RunSettings as LocalDockerOrchestratorSettings,
  Schedule,
  StepRun,
} from "./model/index.ts";
export { BaseOrchestrator, type Environment } from "./orchestrator/base/base-orchestrator.ts";
export { BaseStepOperator, type OperatedRun } from "./orchestrator/base/base-step-operator.ts";
export { BaseOrchestratorConfig, LOCAL_TRAITS, type OrchestratorTraits } from "./orchestrator/base/config.ts";
export {
  InitHookError,
  NotSupportedError,
  RunEndedError,
  RunLockedError,
} from "./orchestrator/base/errors.ts";
export type { BaseOrchestratorFlavor } from "./orchestrator/base/flavor.ts";
export type { OrchestratorServices, RunRequest } from "./orchestrator/base/services.ts";
export type { StoppedRun } from "./orchestrator/base/stop-run.ts";
export type { SubmissionResult } from "./orchestrator/base/submission.ts";
export {
  type BuildConfiguration,
  ContainerizedOrchestrator,
} from "./orchestrator/containerized/containerized-orchestrator.ts";
export type { EntrypointConfigurationClass } from "./orchestrator/containerized/launcher-files.ts";
export {
  LocalOrchestrator,
  LocalOrchestratorConfig,
  localOrchestratorFlavor,
} from "./orchestrator/local/local-orchestrator.ts";
export {
  LocalDockerOrchestrator,
  LocalDockerOrchestratorConfig,
  localDockerOrchestratorFlavor,
} from "./orchestrator/local-docker/local-docker-orchestrator.ts";
export {
  LocalPackageOrchestrator,
  LocalPackageOrchestratorConfig,
  localPackageOrchestratorFlavor,
} from "./orchestrator/local-package/local-package-orchestrator.ts";
export {
  DockerStepOperator,
  DockerStepOperatorConfig,
  dockerStepOperatorFlavor,
} from "./orchestrator/step-operator/docker-step-operator.ts";
export { PackageError } from "./orchestrator/wheeled/errors.ts";
export { type PackagedStep, packagedStepArguments } from "./orchestrator/wheeled/package-layout.ts";
export { WheeledOrchestrator } from "./orchestrator/wheeled/wheeled-orchestrator.ts";
export {
  type ComponentIdentity,
  type Flavor,
  StackComponent,
  type StackComponentType,
} from "./stack/component.ts";
export { StackComponentConfig } from "./stack/component-config.ts";
export type { ContainerRegistry, RegistryImage } from "./stack/container-registry.ts";
export type { ImageBuilder } from "./stack/image-builder.ts";
export { resolveReference, type SecretLookup, secretReference } from "./stack/secret-reference.ts";
export type { ComponentServices } from "./stack/services.ts";
export type { Stack, StackPart } from "./stack/stack.ts";
export type { StackValidator } from "./stack/stack-validator.ts";
export type { StepOperator } from "./stack/step-operator.ts";
export { type CacheKey, generateCacheKey, getCachedStepRun } from "./step-launcher/cache-utils.ts";
export { InputResolutionError, resolveStepInputs } from "./step-launcher/input-utils.ts";
export {
  generateArtifactUri,
  prepareOutputArtifactUris,
  removeArtifactDirs,
} from "./step-launcher/output-utils.ts";
export type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepEnd,
  StepExecution,
  StepExecutor,
} from "./step-launcher/port.ts";
export {
  getPipelineRunStatus,
  publishFailedPipelineRun,
  publishFailedStepRun,
  publishPipelineRunMetadata,
  publishStepRunMetadata,
  publishSuccessfulStepRun,
} from "./step-launcher/publish-utils.ts";
export { type LaunchOutcome, StepLauncher } from "./step-launcher/step-launcher.ts";
export {
  getConfigEnvironmentVars,
  getOrchestratorRunName,
  getRunName,
  isSettingEnabled,
} from "./step-launcher/utils.ts";
export {
  BaseEntrypointConfiguration,
  type EntrypointRuntime,
  type EntrypointValues,
} from "./step-runner/entrypoint-configuration.ts";
export {
  type PipelineEntrypointArguments,
  PipelineEntrypointConfiguration,
} from "./step-runner/pipeline-entrypoint-configuration.ts";
export {
  type EntrypointArguments,
  StepEntrypointConfiguration,
} from "./step-runner/step-entrypoint-configuration.ts";
export { StepRunner, type StepRunnerOptions } from "./step-runner/step-runner.ts";
