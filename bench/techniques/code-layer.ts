import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { connectEngine } from "../../src/docker/connect.ts";
import { environmentReference } from "../../src/image-builder/image-names.ts";
import { createLocalImageBuilder } from "../../src/image-builder/local-image-builder.ts";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import type { Bench } from "../workloads/workload.ts";
import { byBuildKit, byClassicBuilder, byCommit, type LayerWay } from "./layer-ways.ts";
import { onByOff, type Technique } from "./technique.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const CODE_BYTES = 100_000;

/** What every engine has first; the others where the engine offers them. */
const OTHER_WAYS: Readonly<Record<string, LayerWay>> = {
  "the classic builder": byClassicBuilder,
  BuildKit: byBuildKit,
  "create, put, commit and remove": byCommit,
};

/** Code that no image has yet, of the size of a step's bundle. */
const freshCode = (): string => `// ${randomUUID()}\n${"//".padEnd(CODE_BYTES, "x")}\n`;

/** A new layer with a step's code: as the image builder makes it, by each other way that there is to make one. */
const rows = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  await using engine = await connectEngine({});
  const builder = createLocalImageBuilder({
    ...{ engine: async () => engine, projectRoot: PROJECT, workspaceId: workspace.id },
    entrypoint: { path: join(PROJECT, "dist/entrypoint.mjs") },
  });
  const plan = await builder.planEnvironment({}, []);
  const build = () => builder.ensureImage(plan, new Map([[randomUUID(), { code: freshCode() }]]) as never);
  await build();
  const labels = { "dev.stepdock.image": "step", "dev.stepdock.workspace": workspace.id };
  const base = { docker: workshop.docker, environment: environmentReference(plan.key), labels };
  const measured: Row[] = [];
  for (const [name, way] of Object.entries(OTHER_WAYS)) {
    const off = () => timed(() => way(base, freshCode()));
    if (!(await isOffered(name, off))) continue;
    const work = `a code layer by the image builder, instead of by ${name}`;
    measured.push(await onByOff({ work, runs, on: () => timed(build), off }));
  }
  return measured;
};

/** Tried once, which also makes the layer of the labels that the engine has from then on. */
const isOffered = async (name: string, way: () => Promise<number>): Promise<boolean> => {
  try {
    await way();
    return true;
  } catch (error) {
    console.error(`no code layer by ${name}: ${(error as Error).message}`);
    return false;
  }
};

export const codeLayer: Technique = { name: "code-layer", rows };
