import type { ContainerEngine, CreatedContainer, ExitState, OutputSink } from "../../docker/port.ts";
import { DockerRequestError } from "../../docker/request-error.ts";
import type { BuiltImage, Invocation, StepResult } from "../../model/index.ts";
import { toldAssignment } from "../../step-launcher/assignment.ts";
import type {
  EnvironmentIdentity,
  ExecutionSignals,
  StepAdoption,
  StepCapacity,
  StepEnd,
  StepExecution,
  StepExecutor,
  StepPreparation,
} from "../../step-launcher/port.ts";
import type { Admission } from "./admission.ts";
import { capacityOf, whenAdmitted } from "./admit-step.ts";
import {
  type Attempt,
  afterRemoval,
  asAsked,
  asUnwatched,
  collect,
  failedBefore,
  firstOf,
  neverStarted,
  type Running,
  withFailureHints,
} from "./attempt-end.ts";
import { claimOf } from "./claims.ts";
import { commandEnd } from "./command-end.ts";
import { type CommandParts, commandContainerSpec } from "./command-spec.ts";
import type { CommandSteps } from "./command-steps.ts";
import { type ContainerSpecFacts, type SpecExecution, stepContainerSpec } from "./container-spec.ts";
import { explainEnd } from "./explain-end.ts";
import { isOfStep } from "./labels.ts";
import { notStarted } from "./not-started.ts";
import { openToUser } from "./open-to-user.ts";
import { type ParkedContainer, ParkedContainers } from "./parked-containers.ts";
import { ParkedOutput } from "./parked-output.ts";
import { StepContainers } from "./step-containers.ts";
import type { StepImages } from "./step-images.ts";
import { stopOn } from "./stop-on.ts";
import { releaseOf } from "./until-gone.ts";

export interface ContainerExecutorOptions extends Omit<ContainerSpecFacts, "image"> {
  readonly engine: ContainerEngine;
  readonly images: StepImages;
  readonly admission: Admission;
  readonly commands: CommandSteps;
}

/** Executes steps in a container each. Dispose it at the end: whatever it made and is still there is removed. */
export class ContainerExecutor implements StepExecutor, AsyncDisposable {
  readonly #options: ContainerExecutorOptions;
  readonly #containers: StepContainers;
  readonly #parked: ParkedContainers;

  constructor(options: ContainerExecutorOptions) {
    this.#options = options;
    this.#containers = new StepContainers(options.engine);
    this.#parked = new ParkedContainers(options.admission);
  }

  get capacity(): StepCapacity {
    return capacityOf(this.#options.admission);
  }

  environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    return this.#options.images.environmentOf(invocation);
  }

  async prepare(preparation: StepPreparation): Promise<void> {
    const { invocation, assignment } = preparation;
    // A command begins with its container, so there is nothing to be parked.
    if (invocation.container) return;
    await this.#parked.park(assignment.stepRunId, invocation, async () => {
      const image = await this.#options.images.imageOf(invocation, preparation.signal);
      const output = new ParkedOutput();
      const created = await this.#create(image, preparation, output);
      try {
        preparation.signal.throwIfAborted();
        return { image, created, started: await created.start(), output };
      } catch (error) {
        await this.#containers.abandon(created);
        throw error;
      }
    });
  }

  async unprepare(stepRunId: string): Promise<void> {
    await this.#parked.drop(stepRunId);
  }

  execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const work = () => this.#execute(execution, signals);
    return whenAdmitted(this.#options.admission, execution, signals, work);
  }

  async #execute(execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const parked = await this.#parked.take(execution.assignment.stepRunId);
    if (parked) return await this.#conduct(parked, execution, signals);
    const { images } = this.#options;
    const image = await images.imageOf(execution.invocation, signals.signal);
    if (signals.signal.aborted) return neverStarted(execution);
    try {
      return await this.#executeIn(image, execution, signals);
    } catch (error) {
      if (!isImageMissing(error)) return notStarted(error, execution);
    }
    const again = await images.imageInsteadOf(image, execution.invocation, signals.signal);
    if (signals.signal.aborted) return neverStarted(execution);
    return await this.#executeIn(again, execution, signals);
  }

  async #executeIn(image: BuiltImage, execution: StepExecution, signals: ExecutionSignals): Promise<StepEnd> {
    const command = await this.#options.commands.prepare(execution);
    if (command && "kind" in command) return failedBefore(execution, command);
    const created = await this.#create(image, execution, execution.log, command);
    return await this.#conduct({ image, created }, execution, signals);
  }

  async #create(
    image: BuiltImage,
    execution: SpecExecution,
    sink: OutputSink,
    command?: CommandParts,
  ): Promise<CreatedContainer> {
    // A name that is not ours may come to mean another image at any time: its digest and its id cannot.
    const isFixed = !command || image.reference.includes("@");
    const facts = { ...this.#options, image: isFixed ? image.reference : image.imageId };
    const spec = command
      ? commandContainerSpec(execution, facts, command)
      : stepContainerSpec(execution, facts);
    await openToUser(execution, this.#options.artifactStore);
    return await this.#containers.create(spec, sink);
  }

  async adopt(adoption: StepAdoption, signals: ExecutionSignals): Promise<StepEnd | undefined> {
    const left = (await this.#containers.listOf(adoption.assignment.stepRunId)).find(isOfStep);
    const adopted = left && (await this.#options.engine.containers.adopt(left.id, adoption.log));
    if (!adopted) return await collect(adoption);
    this.#containers.add(adopted);
    this.#options.admission.enter(adoption.invocation.id, claimOf(adoption.invocation));
    if (adopted.state === "created") return void (await adopted[Symbol.asyncDispose]());
    try {
      const end = await this.#attend(adopted, adopted, adoption, signals);
      return adopted.state === "exited" ? asUnwatched(end) : end;
    } catch (error) {
      await this.#containers.abandon(adopted);
      return await afterRemoval(error, adoption);
    }
  }

  async discard(stepRunId: string): Promise<void> {
    const { engine } = this.#options;
    for (const { id } of await this.#containers.listOf(stepRunId)) await engine.containers.remove(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parked.dropAll();
    await this.#containers[Symbol.asyncDispose]();
  }

  async #conduct(
    {
      image,
      created,
      started,
      output,
    }: Pick<ParkedContainer, "image" | "created"> & Partial<ParkedContainer>,
    execution: StepExecution,
    signals: ExecutionSignals,
  ): Promise<StepEnd> {
    try {
      const assigned = () => execution.assigned({ containerId: created.id, image: image.reference });
      const { container } = execution.invocation;
      if (container) await assigned(); // its start is all that a command is told
      const running = started ?? (await created.start());
      if (!container) await assigned();
      await output?.open(execution.log);
      running.stdin?.write(`${JSON.stringify(toldAssignment(execution))}\n`);
      return await this.#attend(created, running, execution, signals);
    } catch (error) {
      await this.#containers.abandon(created);
      return await afterRemoval(error, execution).catch(() => notStarted(error, execution));
    }
  }

  /** From the assignment to the end: stops it if asked to, and says how it ended. */
  async #attend(
    container: AsyncDisposable,
    running: Running,
    attempt: Attempt,
    signals: ExecutionSignals,
  ): Promise<StepEnd> {
    const grace = attempt.invocation.stopGracePeriod ?? this.#options.stopGracePeriod;
    const stopping = stopOn(running, grace, signals);
    const told = attempt.invocation.container
      ? await this.#options.commands.outcome(
          attempt,
          await commandEnd(this.#options.engine, running),
          signals,
        )
      : ((await firstOf(attempt, running)) ?? (await this.#explain(attempt, await running.ended, signals)));
    const result = asAsked(told, signals);
    return {
      result: result.status === "failed" ? withFailureHints(result, attempt.invocation) : result,
      released: releaseOf(running, result).finally(() => {
        stopping.cancel();
        this.#containers.remove(container, attempt.published);
      }),
    };
  }

  async #explain(execution: Attempt, exit: ExitState, { signal }: ExecutionSignals): Promise<StepResult> {
    const failure = explainEnd({
      exit,
      memoryLimit: execution.invocation.settings.resources?.memory,
      stopped: signal.aborted,
      tail: execution.log.tail,
    });
    return { formatVersion: 1, stepRunId: execution.assignment.stepRunId, status: "failed", failure };
  }
}

/** Somebody removed it after it was found; no container was made then. */
const isImageMissing = (error: unknown): boolean =>
  error instanceof DockerRequestError && error.statusCode === 404 && /no such image/i.test(error.message);
