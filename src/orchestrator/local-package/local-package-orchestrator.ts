import { mkdir, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import * as z from "zod/mini";
import type { Invocation, PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import type { Flavor } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import type { PlanEnvironment, StepExecutor } from "../../step-launcher/port.ts";
import type { Environment } from "../base/base-orchestrator.ts";
import { BaseOrchestratorConfig } from "../base/config.ts";
import { NotSupportedError } from "../base/errors.ts";
import { refuseContainers } from "../base/refuse-containers.ts";
import { runDag } from "../base/run-dag.ts";
import type { OrchestratorServices, PlanRequest, RunRequest } from "../base/services.ts";
import { planWithStepOperators } from "../base/step-operators.ts";
import type { SubmissionResult } from "../base/submission.ts";
import { removeOperatedContainers } from "../containerized/run-containers.ts";
import { packagesOf, planPackages } from "../wheeled/package-dependencies.ts";
import { WheeledOrchestrator } from "../wheeled/wheeled-orchestrator.ts";
import { type InstalledPackage, installPackage, makeClean } from "./installed-package.ts";
import { PackageEnvironments } from "./package-environments.ts";
import { ProcessExecutor } from "./process-executor.ts";

export const LocalPackageOrchestratorConfig = z.extend(BaseOrchestratorConfig, {
  /** Steps that may run at once. Default: the CPUs that this process may use. */
  maxParallelism: z.optional(z.int().check(z.positive())),
  /** Seconds that a step has between SIGTERM and SIGKILL. */
  stopGracePeriod: z._default(z.number().check(z.nonnegative()), 10),
});
export type LocalPackageOrchestratorConfig = z.infer<typeof LocalPackageOrchestratorConfig>;

/**
 * Packs the project with its steps, installs the package in a clean folder of this machine, and runs each step in a
 * process of its own: no engine, and no isolation but that of processes.
 */
export class LocalPackageOrchestrator extends WheeledOrchestrator<LocalPackageOrchestratorConfig> {
  readonly flavor = "local_package";

  getOrchestratorRunId(): string {
    if (this.activeRunId === undefined) throw new NotSupportedError("There is no run in this process.");
    return this.activeRunId;
  }

  async submitPipeline(
    _snapshot: PipelineSnapshot,
    _stack: Stack,
    _baseEnvironment: Environment,
    _stepEnvironments: Readonly<Record<string, Environment>>,
    _placeholderRun: PipelineRun,
  ): Promise<SubmissionResult> {
    return { waitForCompletion: () => this.#runAll() };
  }

  protected override async validate({ snapshot }: RunRequest): Promise<void> {
    refuseContainers({ stack: this.name, instead: INSTEAD }, snapshot);
  }

  override planEnvironment(request: PlanRequest, stack: Stack): PlanEnvironment {
    refuseContainers({ stack: this.name, instead: INSTEAD }, request.snapshot);
    const environments = new PackageEnvironments(this.services);
    const environmentOf = (invocation: Invocation) => environments.environmentOf(invocation);
    return planWithStepOperators({ environmentOf, imageOf: async () => null }, request, stack);
  }

  protected override async executor(): Promise<StepExecutor> {
    const { request } = this.active;
    let installed: Promise<InstalledPackage> | undefined;
    return new ProcessExecutor({
      installed: () => (installed ??= this.#install()),
      environments: new PackageEnvironments({ ...this.services, projectRoot: request.projectRoot }),
      snapshotId: request.snapshot.id,
      stopGracePeriod: this.config.stopGracePeriod,
    });
  }

  protected override async removeLeftovers(runId: string): Promise<void> {
    await removeOperatedContainers(runId, this.services);
  }

  async #runAll(): Promise<void> {
    const { context, request } = this.active;
    await using _folder = await makeClean(this.#root);
    const executor = await this.stepExecutor();
    const maxParallelism = request.maxParallelism ?? this.config.maxParallelism ?? availableParallelism();
    await runDag(context, { executor, signals: request.signals, maxParallelism });
    // Whoever died may have recorded the end of a step, and not have removed its container yet.
    if (request.resume) await this.removeLeftovers(request.resume.id);
  }

  /** No invocation's name begins with a dot. */
  get #root(): string {
    const { paths, run } = this.active.context;
    return join(paths.runs, run.id, ".package");
  }

  async #install(): Promise<InstalledPackage> {
    const { context, request } = this.active;
    const image = `${this.packageName}-${this.packageVersion}.tgz`;
    const invocations = Object.keys(request.snapshot.invocations);
    const begun = performance.now();
    await context.emit({ event: "build_started", image, invocations });
    const installed = await this.#packAndInstall();
    const durationMs = Math.round(performance.now() - begun);
    await context.emit({ event: "build_finished", image, reused: false, durationMs });
    return installed;
  }

  async #packAndInstall(): Promise<InstalledPackage> {
    const { projectRoot, snapshot, signals } = this.active.request;
    const { signal } = signals;
    const packed = join(this.#root, "packed");
    await mkdir(packed, { recursive: true });
    const copy = await this.copyRepositoryToTempDirAndAddSetup(packed);
    const made = await this.createWheel(copy, { signal });
    const tarball = join(this.#root, basename(made));
    await rename(made, tarball);
    await rm(packed, { recursive: true });
    const packages = await planPackages(projectRoot, packagesOf(Object.values(snapshot.invocations)));
    const { packageName: name, packageVersion: version } = this;
    return await installPackage({ root: this.#root, tarball, name, version, packages, signal });
  }
}

const INSTEAD = "runs each step in a process of this machine";

export const localPackageOrchestratorFlavor: Flavor<
  LocalPackageOrchestrator,
  LocalPackageOrchestratorConfig,
  OrchestratorServices
> = {
  name: "local_package",
  type: "orchestrator",
  configSchema: LocalPackageOrchestratorConfig,
  create: (identity, services) => new LocalPackageOrchestrator(identity, services),
};
