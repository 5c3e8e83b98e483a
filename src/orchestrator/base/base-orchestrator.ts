import type {
  ExecutionMode,
  ExecutionStatus,
  Invocation,
  PipelineRun,
  PipelineSnapshot,
} from "../../model/index.ts";
import { type ComponentIdentity, StackComponent } from "../../stack/component.ts";
import type { Stack } from "../../stack/stack.ts";
import { validateStack } from "../../stack/stack-validator.ts";
import { takeCachedSteps } from "../../step-launcher/cached-steps.ts";
import type { PlanEnvironment, StepEnvironments, StepExecutor } from "../../step-launcher/port.ts";
import type { LaunchOutcome } from "../../step-launcher/step-launcher.ts";
import type { ActiveRun } from "./active-run.ts";
import { checkRequest, warnOfSchedule } from "./check-request.ts";
import { type BaseOrchestratorConfig, LOCAL_TRAITS, type OrchestratorTraits } from "./config.ts";
import { awaitElsewhere } from "./elsewhere.ts";
import { NotSupportedError } from "./errors.ts";
import { openInvocations } from "./open-invocations.ts";
import { openRun } from "./open-run.ts";
import { processEnvironment } from "./process-environment.ts";
import { type CurrentRun, type OwnExecutor, RunExecutors } from "./run-executors.ts";
import { callOnCleanup, callOnInit } from "./run-hooks.ts";
import type { OrchestratorServices, PlanRequest, RunRequest } from "./services.ts";
import { checkStepOperators, prepareStepOperators, validateStepOperators } from "./step-operators.ts";
import { leaveRun, type StopOptions, type StoppedRun, stopRun, submitWhole } from "./stop-run.ts";
import type { SubmissionResult } from "./submission.ts";
import { submitted } from "./submitted.ts";

export type Environment = Readonly<Record<string, string>>;

/**
 * Base of every orchestrator. `run` makes the record of the run and calls `submitPipeline`, which a subclass
 * implements: it runs the steps itself, or has a backend run them. ZenML's `BaseOrchestrator`.
 */
export abstract class BaseOrchestrator<
  Config extends BaseOrchestratorConfig = BaseOrchestratorConfig,
> extends StackComponent<Config> {
  readonly type = "orchestrator";
  readonly traits: OrchestratorTraits = LOCAL_TRAITS;
  protected readonly services: OrchestratorServices;
  #current: CurrentRun | undefined;

  constructor(identity: ComponentIdentity<Config>, services: OrchestratorServices) {
    super(identity);
    this.services = services;
  }

  /** The same for all steps of a run, unique across runs, at most 250 characters. */
  abstract getOrchestratorRunId(): string;

  /** Runs the pipeline, or hands it to a backend. */
  abstract submitPipeline(
    snapshot: PipelineSnapshot,
    stack: Stack,
    baseEnvironment: Environment,
    stepEnvironments: Readonly<Record<string, Environment>>,
    placeholderRun: PipelineRun,
  ): Promise<SubmissionResult | undefined>;

  /**
   * Opens what executes the steps of the active run that ask for no step operator: called once for a run, at whose end it is
   * disposed of. Absent: the steps are run elsewhere, by containers that an engine starts and that write the records
   * themselves (launcher mode).
   */
  protected executor?(): Promise<OwnExecutor>;

  /** What executes the steps of the active run, each where it asks to be. */
  protected stepExecutor(): Promise<StepExecutor> {
    return this.#now.executors.all();
  }

  /** Whether something else than this process runs the steps. */
  get runsElsewhere(): boolean {
    return this.executor === undefined;
  }

  /** Where `executor` would run the steps of the active run, to know their cache keys before anything is submitted. */
  protected async environments(_stack: Stack): Promise<StepEnvironments> {
    return this.runsElsewhere
      ? { environmentOf: async () => processEnvironment() }
      : await this.#now.executors.own();
  }

  /** Everything that has to be there before the steps are submitted elsewhere, for instance their images. */
  protected async prepare(_stack: Stack): Promise<void> {}

  /** Everything that can be found wrong before there is a record of the run. */
  protected async validate(_request: RunRequest, _stack: Stack): Promise<void> {}

  /** The run that `run` is in. */
  protected get active(): ActiveRun {
    return this.#now.active;
  }

  /** The stack of the active run. */
  protected get stack(): Stack {
    return this.#now.stack;
  }

  protected get activeRunId(): string | undefined {
    return this.#current?.active.context.run.orchestratorRunId;
  }

  get #now(): CurrentRun {
    if (!this.#current) throw new TypeError(`orchestrator "${this.name}" runs nothing`);
    return this.#current;
  }

  /** Runs a snapshot on a stack and returns the record of the run, finished where this orchestrator is synchronous. */
  async run(request: RunRequest, stack: Stack): Promise<PipelineRun> {
    checkStepOperators(request.snapshot, stack);
    await validateStack(stack);
    checkRequest(this, request, stack, this.services);
    await using active = await openRun(this, request, stack, this.services);
    const executors = new RunExecutors({ active, stack }, () => this.#openExecutor());
    this.#current = { active, stack, executors };
    return await active.conduct(async () => {
      await warnOfSchedule(this, active.context);
      await this.validate(request, stack);
      await validateStepOperators({ active, stack });
      await this.#betweenHooks(active, () => this.#submit(active, stack));
    });
  }

  /** Calls the pipeline's `onInit` on this host. ZenML's `run_init_hook`. @throws InitHookError */
  async runInitHook({ hooks }: PipelineSnapshot): Promise<void> {
    if (hooks?.onInit) await callOnInit(this.active, hooks.onInit);
  }

  /** Calls the pipeline's `onCleanup` on this host; a failure is a warning. ZenML's `run_cleanup_hook`. */
  async runCleanupHook({ hooks }: PipelineSnapshot, status: ExecutionStatus): Promise<void> {
    if (hooks?.onCleanup) await callOnCleanup(this.active, hooks.onCleanup, status);
  }

  /** `onCleanup` is called if `onInit` was due, whatever became of it and of the run. */
  async #betweenHooks(active: ActiveRun, work: () => Promise<void>): Promise<void> {
    const { context, request } = active;
    if (request.signals.signal.aborted) return await work();
    let failed = true;
    try {
      await this.runInitHook(context.snapshot);
      await work();
      failed = false;
    } finally {
      if (!active.isLeft) await this.runCleanupHook(context.snapshot, await active.statusNow(failed));
    }
  }

  async #submit(active: ActiveRun, stack: Stack): Promise<void> {
    const { snapshot, cached, secrets } = active.context;
    await using executors = this.#now.executors;
    if (this.traits.supportsClientSideCaching) {
      const environments = await executors.environments(await this.environments(stack));
      await takeCachedSteps(active.context, environments, active.request.signals.signal);
      if (cached.size === Object.keys(snapshot.invocations).length) return;
    }
    if (!this.runsElsewhere) secrets.require(openInvocations(active.context));
    await stack.artifactStore.check({ signal: active.request.signals.signal });
    await this.prepare(stack);
    await prepareStepOperators({ active, stack });
    const { base, perStep, placeholder, ...open } = await submitted(active, this);
    const submit = () => this.submitPipeline(open.snapshot, stack, base, perStep, placeholder);
    const result = await submitWhole(active, this.#stopOptions, submit);
    if (!this.traits.isSynchronous) return await leaveRun(active, this.#stopOptions);
    const { waitForCompletion = async () => {} } = result ?? {};
    await (this.runsElsewhere ? awaitElsewhere(active, waitForCompletion) : waitForCompletion());
  }

  /** Where the steps of a snapshot would run, for a plan: builds nothing, though it may have to pull a parent image. */
  planEnvironment(_request: PlanRequest, _stack: Stack): PlanEnvironment {
    if (this.runsElsewhere)
      return { environmentOf: async () => processEnvironment(), imageOf: async () => null };
    throw new NotSupportedError(`Orchestrator "${this.name}" (${this.flavor}) cannot tell a plan.`);
  }

  /** Launches one invocation of the active run in the environment of this orchestrator. */
  async runStep(invocation: Invocation): Promise<LaunchOutcome> {
    const { context, request } = this.active;
    const all = await this.stepExecutor();
    const { StepLauncher } = await import("../../step-launcher/step-launcher.ts");
    return await new StepLauncher(context, invocation, all.of?.(invocation) ?? all).launch(request.signals);
  }

  async #openExecutor(): Promise<OwnExecutor> {
    const executor = await this.executor?.();
    if (executor) return executor;
    throw new NotSupportedError(`Orchestrator "${this.name}" runs no steps in this process.`);
  }

  /** Dynamic pipelines are for a later version. */
  async submitDynamicPipeline(snapshot: PipelineSnapshot): Promise<SubmissionResult | undefined> {
    throw new NotSupportedError(
      `Orchestrator "${this.name}" (${this.flavor}) runs no dynamic pipelines, and "${snapshot.pipelineName}" is one.`,
    );
  }

  get supportsDynamicPipelines(): boolean {
    return false;
  }

  /** Whether it can run a single step in isolation from the others. */
  get canRunIsolatedSteps(): boolean {
    return false;
  }

  /**
   * What it can do after a step failed; a pipeline that asks for something else is refused before there is a run. Where
   * steps run elsewhere, nobody but a subclass can stop those that do, as `fail_fast` asks.
   */
  get supportedExecutionModes(): readonly ExecutionMode[] {
    const always = ["stop_on_failure", "continue_on_failure"] as const;
    return this.runsElsewhere ? always : ["fail_fast", ...always];
  }

  /** Whether the step needs resources of its own where this orchestrator runs it: not where a step operator does. */
  static requiresResourcesInOrchestrationEnvironment({ settings, stepOperator }: Invocation): boolean {
    const asked = Object.values(settings.resources ?? {}).some((value) => value !== undefined);
    return asked && stepOperator === undefined;
  }

  /**
   * Stops a run and resolves when it has ended and nothing of it runs, also where another process owns it. Its steps get
   * their grace period, or are killed at once. What is left of a run whose owner is dead is removed. ZenML's `stop_run`.
   *
   * @throws RunEndedError where there is nothing to stop
   */
  async stopRun(run: Pick<PipelineRun, "id">, graceful = true): Promise<StoppedRun> {
    return await stopRun(run.id, graceful ? "graceful" : "force", this.#stopOptions);
  }

  get #stopOptions(): StopOptions {
    return { services: this.services, removeLeftovers: (id) => this.removeLeftovers(id) };
  }

  /** Removes what still runs of a run whose owner is dead, or that could not be submitted as a whole. */
  protected async removeLeftovers(_runId: string): Promise<void> {}

  /** Status of a run and, if asked, of its steps, from the records: also for a run that another process owns. */
  async fetchStatus(
    run: Pick<PipelineRun, "id">,
    includeSteps = false,
  ): Promise<readonly [ExecutionStatus | undefined, Readonly<Record<string, ExecutionStatus>> | undefined]> {
    const { metadata } = this.services;
    const status = (await metadata.getRun(run.id))?.status;
    if (!includeSteps) return [status, undefined];
    const steps = await metadata.listStepRuns(run.id);
    return [status, Object.fromEntries(steps.map((step) => [step.invocationId, step.status]))];
  }
}
