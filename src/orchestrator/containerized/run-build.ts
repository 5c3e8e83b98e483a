import { randomUUID } from "node:crypto";
import type { Build, BuiltImage } from "../../model/index.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import type { ImageOfInvocations } from "./step-images.ts";

type ByInvocation = ReadonlyMap<string, BuiltImage>;

/** The images of a run, on one record, though its orchestrator and each of its step operators make their own. */
class RunBuild {
  readonly #context: RunContext;
  #images: ByInvocation;
  /** Records follow each other: the last one is to be the one with all images. */
  #recorded: Promise<void> = Promise.resolve();

  constructor(context: RunContext, earlier: ByInvocation) {
    this.#context = context;
    this.#images = earlier;
  }

  async add({ image, invocations }: ImageOfInvocations): Promise<void> {
    const more = invocations.map((id) => [id, image] as const);
    this.#images = new Map([...this.#images, ...more]);
    const recorded = this.#recorded.then(() => this.#record());
    this.#recorded = recorded.catch(() => {}); // whose image it was is told of it
    await recorded;
  }

  async #record(): Promise<void> {
    const { metadata, run, now } = this.#context;
    const build = toBuild(run.snapshotId, this.#images, now().toISOString());
    await metadata.saveBuild(build);
    await metadata.updateRun(run.id, { buildId: build.id });
  }
}

const toBuild = (snapshotId: string, byInvocation: ByInvocation, createdAt: string): Build => {
  const images = [...new Set(byInvocation.values())];
  const indexes = [...byInvocation].map(([id, image]) => [id, images.indexOf(image)]);
  return { id: randomUUID(), snapshotId, createdAt, images, invocations: Object.fromEntries(indexes) };
};

const builds = new WeakMap<RunContext, RunBuild>();

/** @param earlier what is on record of the run already, where it is resumed */
export const runBuildOf = (context: RunContext, earlier: ByInvocation): RunBuild => {
  const build = builds.get(context) ?? new RunBuild(context, earlier);
  builds.set(context, build);
  return build;
};
