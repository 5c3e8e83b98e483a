import type { ArtifactStore } from "../artifact/port.ts";
import type { CompiledPipeline } from "../compiler/compile.ts";
import { layersOf } from "../compiler/compile.ts";
import type { House } from "../composition.ts";
import type { ArtifactVersion, Invocation, PipelineSnapshot, StepSettings } from "../model/index.ts";
import type { BaseOrchestrator } from "../orchestrator/base/base-orchestrator.ts";
import type { PlanRequest } from "../orchestrator/base/services.ts";
import type { Stack } from "../stack/stack.ts";
import { validateStack } from "../stack/stack-validator.ts";
import { getCachedStepRun } from "../step-launcher/cache-utils.ts";
import { isCacheEnabled, keyStep } from "../step-launcher/cached-steps.ts";
import { EARLIER_RUNS, earlierArtifacts } from "../step-launcher/input-utils.ts";
import type { PlanEnvironment } from "../step-launcher/port.ts";

/** What would become of one invocation, and why. */
export interface PlannedStep {
  readonly invocation: string;
  readonly layer: number;
  readonly image: string | null;
  readonly decision: "cached" | "run" | "unknown";
  /** Why it is not cached: ingredients of the key that changed, or what has to run first. */
  readonly reason: string;
  /** Of pipeline, step and invocation, merged. */
  readonly settings: StepSettings;
}

export interface Plan {
  readonly pipeline: string;
  readonly layers: readonly (readonly string[])[];
  readonly images: readonly string[];
  readonly steps: readonly PlannedStep[];
}

/** Where the steps would run, and what they make would lie. */
export interface PlanPlace {
  readonly environment: PlanEnvironment;
  readonly artifactStore: ArtifactStore;
}

/** Where the steps would run on a stack. @throws StackValidationError */
export const planPlace = async (stack: Stack<BaseOrchestrator>, request: PlanRequest): Promise<PlanPlace> => {
  await validateStack(stack);
  const environment = stack.orchestrator.planEnvironment(request, stack);
  return { environment, artifactStore: stack.artifactStore };
};

/** Computes what a run would do, without building or creating anything. */
export const planCompiled = async (
  house: House,
  { snapshot }: CompiledPipeline,
  { environment, artifactStore }: PlanPlace,
  { enableCache = true }: { enableCache?: boolean | undefined } = {},
): Promise<Plan> => {
  const layers = layersOf(snapshot.invocations);
  const planner = new Planner(house, snapshot, { environment, artifactStore }, enableCache);
  await planner.prepare();
  const steps: PlannedStep[] = [];
  for (const [layer, ids] of layers.entries()) {
    // None of a layer waits for another, and what each does most is to wait for the disk.
    steps.push(...(await Promise.all(ids.map((id) => planner.step(id, layer)))));
  }
  const images = [...new Set(steps.map(({ image }) => image).filter((image) => image !== null))];
  return { pipeline: snapshot.pipelineName, layers, images, steps };
};

type Decision = Pick<PlannedStep, "decision" | "reason">;

class Planner {
  readonly #house: House;
  readonly #snapshot: PipelineSnapshot;
  readonly #environment: PlanEnvironment;
  readonly #artifactStore: ArtifactStore;
  readonly #enableCache: boolean;
  readonly #outputs = new Map<string, Readonly<Record<string, ArtifactVersion>>>();

  constructor(house: House, snapshot: PipelineSnapshot, place: PlanPlace, enableCache: boolean) {
    this.#house = house;
    this.#snapshot = snapshot;
    this.#environment = place.environment;
    this.#artifactStore = place.artifactStore;
    this.#enableCache = enableCache;
  }

  async prepare(): Promise<void> {
    this.#outputs.set(EARLIER_RUNS, await earlierArtifacts(this.#house.workspace.metadata, this.#snapshot));
  }

  async step(id: string, layer: number): Promise<PlannedStep> {
    const invocation = this.#snapshot.invocations[id];
    if (!invocation) throw new TypeError(`the snapshot has no invocation ${id}`);
    const image = await this.#environment.imageOf(invocation);
    const { settings } = invocation;
    return { invocation: id, layer, image, ...(await this.#decide(invocation)), settings };
  }

  async #decide(invocation: Invocation): Promise<Decision> {
    const waiting = invocation.upstreams.filter((upstream) => !this.#outputs.has(upstream));
    if (waiting.length > 0) return { decision: "unknown", reason: `depends on ${waiting.join(", ")}` };
    if (!isCacheEnabled({ enableCache: this.#enableCache, snapshot: this.#snapshot }, invocation)) {
      return { decision: "run", reason: "caching is off" };
    }
    return await this.#lookUp(invocation);
  }

  async #lookUp(invocation: Invocation): Promise<Decision> {
    const { metadata } = this.#house.workspace;
    const artifactStore = this.#artifactStore;
    const known = { metadata, artifactStore, outputs: this.#outputs };
    const { key, ingredients } = (await keyStep(known, invocation, this.#environment)).cacheKey;
    let damage: Error | undefined;
    const cached = await getCachedStepRun(key, invocation, {
      ...{ metadata, artifactStore, now: () => new Date() },
      onDamage: (error) => {
        damage = error;
      },
    });
    if (!cached)
      return { decision: "run", reason: damage?.message ?? (await this.#changes(invocation, ingredients)) };
    this.#outputs.set(invocation.id, cached.outputs);
    return { decision: "cached", reason: `as in step run ${cached.stepRun.id}` };
  }

  async #changes(invocation: Invocation, now: Readonly<Record<string, string>>): Promise<string> {
    const latest = await this.#house.workspace.metadata.latestKeyed(
      this.#snapshot.pipelineName,
      invocation.id,
    );
    if (!latest) return "it has not run yet";
    const before = latest.keyIngredients;
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    const changed = [...names].filter((name) => before[name] !== now[name]);
    // "environment" stands for its parts, which tell more.
    const telling = changed.filter((name) => name !== "environment" || changed.length === 1);
    return telling.length > 0 ? `changed: ${telling.join(", ")}` : `its last run ${ended(latest.status)}`;
  }
}

const ended = (status: string): string => (status === "completed" ? "can no longer be used" : `is ${status}`);
