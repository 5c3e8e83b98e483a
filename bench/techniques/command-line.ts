import { join } from "node:path";
import { timed } from "../measure/interleave.ts";
import { childFile, runCli } from "../measure/process.ts";
import type { Row } from "../measure/row.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

const TWENTY = "bench/pipelines/twenty.ts";

const LADDER = "bench/pipelines/ladder.ts";

const planIn = (bench: Bench, workspace: string, environment: Readonly<Record<string, string>> = {}) =>
  timed(() =>
    runCli(["--workspace", workspace, "plan", TWENTY], { signal: bench.workshop.signal, environment }),
  );

/** Cold: a workspace in which nothing was bundled yet. */
const bundles = async (bench: Bench): Promise<Row[]> => {
  const { workshop, workspace, runs } = bench;
  const on = () => planIn(bench, workspace.root);
  const off = async () => planIn(bench, (await workshop.newWorkspace()).root);
  await on();
  return [await onByOff({ work: "bundle cache: plan of 1,000 invocations of 20 steps", runs, on, off })];
};

/** Node's own switch: without a compile cache on the command line both sides are alike. */
const compiled = async (bench: Bench): Promise<Row[]> => {
  const { workspace, runs } = bench;
  const on = () => planIn(bench, workspace.root);
  const off = () => planIn(bench, workspace.root, { NODE_DISABLE_COMPILE_CACHE: "1" });
  await on();
  return [await onByOff({ work: "compile cache of the command line: the same plan", runs, on, off })];
};

/** The compiled code is kept in the same place on both sides, where the preloaded side may find it from the beginning. */
const lazily = async ({ workshop, workspace, runs }: Bench): Promise<Row[]> => {
  const environment = { NODE_COMPILE_CACHE: join(workshop.directory, "compiled") };
  const args = ["--workspace", workspace.root, "run", LADDER];
  const options = { signal: workshop.signal, environment };
  const on = () => timed(() => runCli(args, options));
  const off = () => timed(() => runCli(args, { ...options, preload: childFile("all-at-once.mjs") }));
  for (const each of [on, on, off]) await each();
  return [
    await onByOff({ work: "lazy imports: the ladder again, all cached, whole process", runs, on, off }),
  ];
};

export const bundleCache: Technique = { name: "bundle-cache", rows: bundles };
export const compileCache: Technique = { name: "compile-cache", rows: compiled };
export const lazyImports: Technique = { name: "lazy-imports", rows: lazily };
