import type { ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import type Dockerode from "dockerode";
import { expect, test } from "vitest";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { watchEngine } from "../../fixtures/engine-events.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { MEET } from "./rendezvous.ts";
import { docker, leftoversOf, NOTHING, open, returnedBy, runPipeline } from "./support.ts";

const PIPELINE = `
import { pipeline, step } from "stepdock";
import * as z from "zod";
${MEET}
const text = z.string();
export const hold = step({ name: "hold", output: text, run: async () => { await meet("hold"); return "held"; } });
const loaded = (() => { console.log("loading next"); return "loaded"; })();
export const next = step({ name: "next", inputs: { text }, output: text, run: ({ text }) => {
  console.log("running next");
  return text + ", " + loaded;
} });
export const last = step({ name: "last", inputs: { text }, output: text, run: ({ text }) => text + ", last" });
export const after = step({ name: "after", inputs: { text }, output: text, run: ({ text }) => text + ", after" });
export const fails = step({ name: "fails", output: text, run: async () => { await meet("fails"); throw new Error("on purpose"); } });
const chained = (first: () => any) => () => { after({ text: last({ text: next({ text: first() }) }) }); };
export const chain = pipeline({ name: "chain", define: chained(hold) });
export const limited = pipeline({ name: "limited", define: () => { next.with({ timeout: 20 })({ text: hold() }); } });
export const failing = pipeline({ name: "failing", define: chained(fails as any) });
`;

const parkingProject = (files: Readonly<Record<string, string>> = {}) =>
  createProject({ "pipeline.ts": PIPELINE, ...files });

const containersOf = async (project: Project, step?: string): Promise<Dockerode.ContainerInfo[]> => {
  await using workspace = await open(project);
  const label = [`${LABEL.workspace}=${workspace.metadata.workspaceId}`];
  if (step !== undefined) label.push(`${LABEL.step}=${step}`);
  return await docker.listContainers({ all: true, filters: { label } });
};

const statesOf = async (project: Project, step?: string): Promise<string[]> =>
  (await containersOf(project, step)).map(({ State }) => State);

const letGo = (project: Project) => {
  mkdirSync(project.path(".stepdock/stores"), { recursive: true });
  writeFileSync(project.path(".stepdock/stores/go"), "");
};

/** Once the first step runs, and has the containers of the named steps parked beside it, `act`. */
const onceParked = (project: Project, steps: readonly string[], act: (child: ChildProcess) => unknown) => {
  const acted = Promise.withResolvers<void>();
  const onSpawn = (child: ChildProcess) => {
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const seen = async () => {
      await expect.poll(() => said, { timeout: 60_000 }).toContain(" is here");
      for (const step of steps)
        await expect.poll(() => statesOf(project, step), { timeout: 60_000 }).toEqual(["running"]);
      await act(child);
    };
    child.stdout?.once("data", () => void seen().then(acted.resolve, acted.reject));
  };
  return { onSpawn, acted: acted.promise };
};

test("while a step runs, as many as the lookahead says of those that come next are parked, hold no slot, and begin when it is their turn", async () => {
  await using project = await parkingProject();
  let parked: string[] = [];
  const { onSpawn, acted } = onceParked(project, ["next", "last"], async () => {
    parked = (await containersOf(project)).map(({ Labels }) => Labels[LABEL.step] ?? "").sort();
    letGo(project);
  });
  const args = ["--max-parallel", "1", "--lookahead", "2"];
  const [ran] = await Promise.all([runPipeline(project, "chain", { onSpawn, args }), acted]);
  expect(parked).toEqual(["hold", "last", "next"]);
  expect(ran.run.status).toBe("completed");
  expect(await returnedBy(project, ran.step("after"))).toBe("held, loaded, last, after");
  const begun = ran.events.flatMap((event) =>
    event.event === "step_status" && event.status === "running" ? event.invocation : [],
  );
  expect(begun).toEqual(["hold", "next", "last", "after"]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("what a module prints while it is parked is in its step's log, after the step began and before what the step prints", async () => {
  await using project = await parkingProject();
  const { onSpawn, acted } = onceParked(project, ["next"], () => letGo(project));
  const [ran] = await Promise.all([runPipeline(project, "chain", { onSpawn }), acted]);
  const told = ran.events.flatMap((event) => {
    if (event.event === "step_log" && event.invocation === "next") return event.text;
    return event.event === "step_status" && event.invocation === "next" ? event.status : [];
  });
  expect(told).toEqual(["initializing", "running", "loading next", "running next", "completed"]);
});

test("with --lookahead 0 nothing is parked", async () => {
  await using project = await parkingProject();
  const holding = Promise.withResolvers<string[]>();
  const onSpawn = ({ stdout }: ChildProcess) => {
    let said = "";
    stdout?.on("data", (chunk: Buffer) => {
      const before = said.includes("hold is here");
      said += chunk.toString();
      if (before || !said.includes("hold is here")) return;
      const seen = containersOf(project).finally(() => letGo(project));
      holding.resolve(seen.then((all) => all.map(({ Labels }) => Labels[LABEL.step] ?? "")));
    });
  };
  const ran = await runPipeline(project, "chain", { onSpawn, args: ["--lookahead", "0"] });
  expect(await holding.promise).toEqual(["hold"]);
  expect(ran.run.status).toBe("completed");
});

test("the timeout of a step that is parked for longer than it lasts begins with its assignment", async () => {
  await using project = await parkingProject();
  await project.edit("pipeline.ts", "timeout: 20", "timeout: 10");
  const { onSpawn, acted } = onceParked(project, ["next"], async () => {
    const [container] = await containersOf(project, "next");
    const parkedFor = async () => Date.now() / 1000 - ((container?.Created ?? Date.now()) as number);
    await expect.poll(parkedFor, { timeout: 60_000 }).toBeGreaterThan(11);
    letGo(project);
  });
  const [ran] = await Promise.all([runPipeline(project, "limited", { onSpawn }), acted]);
  expect(ran.step("next")).toMatchObject({ status: "completed", failure: null });
});

test("a parked container that somebody removes, or that ends by itself, is made again for its step", async () => {
  await using project = await parkingProject();
  const { onSpawn, acted } = onceParked(project, ["next", "last"], async () => {
    for (const { Id, Labels } of await containersOf(project)) {
      if (Labels[LABEL.step] === "next") await docker.getContainer(Id).remove({ force: true });
      if (Labels[LABEL.step] === "last") await docker.getContainer(Id).kill();
    }
    letGo(project);
  });
  const [ran] = await Promise.all([runPipeline(project, "chain", { onSpawn }), acted]);
  expect(ran.run.status).toBe("completed");
  expect(ran.steps.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a module that ends its process while it is parked fails its step, as it does without parking", async () => {
  await using project = await parkingProject();
  await project.edit(
    "pipeline.ts",
    'console.log("loading next");',
    "if (process.env.ZENML_RUN_ID) process.exit(3);",
  );
  letGo(project);
  const parked = await runPipeline(project, "chain");
  const plain = await runPipeline(project, "chain", { args: ["--lookahead", "0", "--no-cache"] });
  expect(parked.failure("next").message).toBe(plain.failure("next").message);
  expect(parked.failure("next")).toMatchObject({ kind: plain.failure("next").kind });
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a failure, and an interruption, leave nothing parked, and no record of what was", async () => {
  await using project = await parkingProject();
  const failed = onceParked(project, ["next", "last"], () => letGo(project));
  const [failing] = await Promise.all([
    runPipeline(project, "failing", { onSpawn: failed.onSpawn }),
    failed.acted,
  ]);
  expect(failing.steps.map(({ status }) => status).sort()).toEqual([
    "failed",
    "skipped",
    "skipped",
    "skipped",
  ]);
  expect(await leftoversOf(project)).toEqual(NOTHING);

  const stopped = onceParked(project, ["next", "last"], (child) => child.kill("SIGINT"));
  const args = ["--no-cache"];
  await project.edit("pipeline.ts", '/go"', '/never"');
  const [chain] = await Promise.all([
    runPipeline(project, "chain", { onSpawn: stopped.onSpawn, args }),
    stopped.acted,
  ]);
  expect(chain.run.status).toBe("stopped");
  expect(chain.steps.map(({ containerId }) => containerId !== null)).toEqual([true, false, false, false]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("after SIGKILL of the orchestrator what is parked ends by itself, and the next run removes it", async () => {
  await using project = await parkingProject();
  const killed = onceParked(project, ["next", "last"], (child) => child.kill("SIGKILL"));
  const [{ signal }] = await Promise.all([
    runPipeline(project, "chain", { onSpawn: killed.onSpawn }),
    killed.acted,
  ]);
  expect(signal).toBe("SIGKILL");
  for (const step of ["next", "last"])
    await expect.poll(() => statesOf(project, step), { timeout: 60_000 }).toEqual(["exited"]);
  expect(await statesOf(project, "hold")).toEqual(["running"]);
  letGo(project);
  expect((await runPipeline(project, "chain")).run.status).toBe("completed");
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("nothing is parked for what is cached", async () => {
  await using project = await parkingProject();
  letGo(project);
  await runPipeline(project, "chain");
  await using workspace = await open(project);
  await using engine = await watchEngine(workspace.metadata.workspaceId);
  const cached = await runPipeline(project, "chain");
  expect(new Set(cached.steps.map(({ status }) => status))).toEqual(new Set(["cached"]));
  expect(await engine.creations()).toEqual([]);
});
