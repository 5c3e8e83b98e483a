import { randomUUID } from "node:crypto";
import { packRoot } from "../../src/image-builder/base-image-root.ts";
import type { Row } from "../measure/row.ts";
import { type RawStep, runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import { SHAPES } from "../workloads/containers.ts";
import type { Bench } from "../workloads/workload.ts";
import type { Workshop } from "../workshop.ts";
import { onByOff, type Technique } from "./technique.ts";

const CACHE = "compiled";
const VARIABLE = `NODE_COMPILE_CACHE=/${CACHE}`;

/** A container that gets no assignment loads the entrypoint and the step's code, and exits with this. */
const NOT_ASSIGNED = 75;

/** What stepdock does not do: its best case, with the step's own code in it, and without what making it costs. */
const rows = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  const [shape] = SHAPES;
  if (!shape) throw new Error("there is nothing to run in containers");
  const { work, pipeline, concurrency } = shape;
  const steps = await recordSteps(workshop, pipeline, { workspace, maxParallelism: concurrency });
  const cached = await withCache(workshop, steps);
  const raw = (these: readonly RawStep[]) => () => runRaw(these, { ...workshop, concurrency });
  const name = `a compile cache in the image (not in stepdock), in the raw lifecycle: ${work}`;
  return [await onByOff({ work: name, runs, on: raw(cached), off: raw(steps) })];
};

/** The same steps in an image that has the compiled code of all of them: each has the same code. */
const withCache = async (workshop: Workshop, steps: readonly RawStep[]): Promise<RawStep[]> => {
  const [first] = steps;
  if (!first) throw new Error("there is no step whose code could be compiled");
  const image = await bake(workshop, first);
  return steps.map((step) => ({ ...step, image, environment: [...step.environment, VARIABLE] }));
};

/** By the user of the step: V8's cache is kept by user. */
const bake = async ({ docker, labels }: Workshop, step: RawStep): Promise<string> => {
  const container = await docker.createContainer({
    ...{ Image: step.image, User: step.user, Env: [...step.environment, VARIABLE] },
    ...{ Entrypoint: [...step.entrypoint], Cmd: [...step.command], HostConfig: { NetworkMode: "none" } },
    Labels: { ...labels, "dev.stepdock.image": "step" },
  });
  try {
    await container.putArchive(packRoot([{ path: CACHE, type: "directory", mode: 0o777 }]), { path: "/" });
    await container.start();
    const { StatusCode: status } = await container.wait();
    if (status !== NOT_ASSIGNED) throw new Error(`baking a compile cache ended with status ${status}`);
    const name = { repo: "stepdock/bench", tag: randomUUID() };
    await container.commit(name);
    return `${name.repo}:${name.tag}`;
  } finally {
    await container.remove({ v: true, force: true });
  }
};

export const bakedCache: Technique = { name: "baked-cache", rows };
