import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type Dockerode from "dockerode";
import { connectEngine } from "../../src/docker/connect.ts";
import { environmentReference } from "../../src/image-builder/image-names.ts";
import { createLocalImageBuilder } from "../../src/image-builder/local-image-builder.ts";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const CODE_BYTES = 100_000;

/** Code that no image has yet, of the size of a step's bundle. */
const freshCode = (): string => `// ${randomUUID()}\n${"//".padEnd(CODE_BYTES, "x")}\n`;

/** A new layer with a step's code: as the image builder makes it, by what the engine's classic builder takes. */
const rows = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  const { docker, directory } = workshop;
  await using engine = await connectEngine({});
  const builder = createLocalImageBuilder({
    ...{ engine: async () => engine, projectRoot: PROJECT, workspaceId: workspace.id },
    entrypoint: { path: join(PROJECT, "dist/entrypoint.mjs") },
  });
  const plan = await builder.planEnvironment({}, []);
  const build = () => builder.ensureImage(plan, new Map([[randomUUID(), { code: freshCode() }]]) as never);
  await build();
  const environment = environmentReference(plan.key);
  const classic = async () => {
    const context = await contextIn(directory, environment, workspace.id);
    return await timed(() => buildClassic(docker, context));
  };
  // Its label makes a layer that the engine then has.
  await classic();
  const work = "a code layer by the image builder, instead of by the classic one";
  return [await onByOff({ work, runs, on: () => timed(build), off: classic })];
};

const contextIn = async (directory: string, environment: string, workspaceId: string): Promise<string> => {
  const context = join(directory, randomUUID());
  await mkdir(join(context, "bundles"), { recursive: true });
  const labels = `LABEL dev.stepdock.image=step dev.stepdock.workspace=${workspaceId}`;
  await writeFile(join(context, "Dockerfile"), `FROM ${environment}\n${labels}\nCOPY bundles /bundles\n`);
  await writeFile(join(context, "bundles/step.mjs"), freshCode());
  return context;
};

const buildClassic = async (docker: Dockerode, context: string): Promise<void> => {
  const source = { context, src: ["Dockerfile", "bundles/step.mjs"] };
  const stream = await docker.buildImage(source, { t: `stepdock/bench:${randomUUID()}` });
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  docker.modem.followProgress(stream, (error) => (error ? reject(error) : done()));
  await promise;
};

export const codeLayer: Technique = { name: "code-layer", rows };
