import type Dockerode from "dockerode";
import type { Row } from "../measure/row.ts";
import { runRaw } from "../raw-lifecycle.ts";
import { recordSteps } from "../record-steps.ts";
import { SHAPES } from "../workloads/containers.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

/** The same client, but for what it tells the engine of a new container's network. */
const withoutNetwork = (docker: Dockerode): Dockerode => {
  const createContainer = (request: Dockerode.ContainerCreateOptions) =>
    docker.createContainer({ ...request, NetworkDisabled: true });
  return Object.create(docker, { createContainer: { value: createContainer } }) as Dockerode;
};

/** The raw lifecycle on both sides, so that nothing but the technique differs. */
const rows = async (bench: Bench): Promise<Row[]> => {
  const { workshop, workspace, runs } = bench;
  const measured: Row[] = [];
  for (const { work, pipeline, concurrency } of SHAPES) {
    const steps = await recordSteps(workshop, pipeline, { workspace, maxParallelism: concurrency });
    const off = { ...workshop, concurrency };
    const on = { ...off, docker: withoutNetwork(workshop.docker) };
    const name = `no network set up by the engine, in the raw lifecycle: ${work}`;
    measured.push(
      await onByOff({ work: name, runs, on: () => runRaw(steps, on), off: () => runRaw(steps, off) }),
    );
  }
  return measured;
};

export const noNetwork: Technique = { name: "no-network", rows };
