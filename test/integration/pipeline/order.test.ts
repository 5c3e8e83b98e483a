import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/model/index.ts";
import { createProject } from "../../fixtures/project.ts";
import { IMPORTS, outputOf, type Ran, runPipeline, stepRunsOf } from "./pipeline-support.ts";
import { letGo, letThemGo, MEET, oncePrinted } from "./rendezvous.ts";

/** A step that does next to nothing, and a pipeline of invocations of it: id → what it comes after. */
const dagProject = (dag: Readonly<Record<string, readonly string[]>>) =>
  createProject({
    "pipeline.ts": `${IMPORTS}
export const node = step({ name: "node", run: () => {} });
export const dag = pipeline({
  name: "dag",
  enableCache: false,
  define: () => {
${Object.entries(dag)
  .map(([id, after]) => `    node.with(${JSON.stringify({ id, after })})();`)
  .join("\n")}
  },
});
`,
  });

const MESH = {
  a: [],
  b: [],
  c: ["a"],
  d: ["a", "b"],
  e: ["c", "d"],
  f: ["b"],
  g: ["e", "f"],
  h: ["a"],
  i: ["g", "h"],
} as const;

/** Invocations in the order in which they came to a status. */
const orderOf = ({ events }: Ran, status: string): string[] =>
  events.flatMap((event) =>
    event.event === "step_status" && event.status === status ? [event.invocation] : [],
  );

/** How many invocations were in flight after each event: begun, and not yet finished. */
const inFlight = (events: readonly RunEvent[]): number[] => {
  const flying = new Set<string>();
  return events.map((event) => {
    if (event.event === "step_status") {
      if (event.status === "completed") flying.delete(event.invocation);
      else flying.add(event.invocation);
    }
    return flying.size;
  });
};

const expectUpstreamsFirst = (ran: Ran, dag: Readonly<Record<string, readonly string[]>>): void => {
  const completed = new Set<string>();
  for (const event of ran.events) {
    if (event.event !== "step_status") continue;
    if (event.status === "completed") completed.add(event.invocation);
    else
      expect([...completed], event.invocation).toEqual(
        expect.arrayContaining([...(dag[event.invocation] ?? [])]),
      );
  }
  expect([...completed].sort()).toEqual(Object.keys(dag));
};

const PAIR = {
  "pipeline.ts": `${IMPORTS}${MEET}
export const node = step({ name: "node", inputs: { name: z.string() }, timeout: 60, run: ({ name }) => meet(name) });
export const pair = pipeline({
  name: "pair",
  define: () => {
    node.with({ id: "left" })({ name: "left" });
    node.with({ id: "right" })({ name: "right" });
  },
});
`,
};

test("independent steps overlap in time", async () => {
  await using project = await createProject(PAIR);
  const ran = await runPipeline(project, ["--max-parallel", "2"], {
    onSpawn: letThemGo(project, ["left", "right"]),
  });
  const { left, right } = await stepRunsOf(project, ran);
  expect(Date.parse(left?.startedAt ?? "")).toBeLessThan(Date.parse(right?.finishedAt ?? ""));
  expect(Date.parse(right?.startedAt ?? "")).toBeLessThan(Date.parse(left?.finishedAt ?? ""));
});

test("at --max-parallel 1 independent steps do not overlap", async () => {
  await using project = await createProject(PAIR);
  await project.write({ ".stepdock/stores/go": "" });
  const ran = await runPipeline(project, ["--max-parallel", "1"]);
  const { left, right } = await stepRunsOf(project, ran);
  expect(Date.parse(left?.finishedAt ?? "")).toBeLessThanOrEqual(Date.parse(right?.startedAt ?? ""));
});

test("at --max-parallel 1 steps start in the order of the topsort layers", async () => {
  await using project = await dagProject(MESH);
  const ran = await runPipeline(project, ["--max-parallel", "1"]);
  const order = orderOf(ran, "running");
  const layers = [["a", "b"], ["c", "d", "f", "h"], ["e"], ["g"], ["i"]];
  expect(ran.started.layers).toEqual(layers);
  const layerOf = (id: string) => layers.findIndex((layer) => layer.includes(id));
  expect(order.map(layerOf)).toEqual([0, 0, 1, 1, 1, 1, 2, 3, 4]);
  expect(order.toSorted()).toEqual(Object.keys(MESH));
  expect(Math.max(...inFlight(ran.events))).toBe(1);
});

test("however many run or are parked at once, no step begins before each of its upstreams has completed", async () => {
  await using project = await dagProject(MESH);
  for (const [parallel, lookahead, scheduling] of [
    ["4", "2", "layers"],
    ["1", "8", "critical-path"],
    ["8", "8", "critical-path"],
  ] as const) {
    const settings = ["--max-parallel", parallel, "--lookahead", lookahead, "--scheduling", scheduling];
    const ran = await runPipeline(project, ["--no-cache", ...settings]);
    expectUpstreamsFirst(ran, MESH);
    expect(Math.max(...inFlight(ran.events)), settings.join(" ")).toBeLessThanOrEqual(Number(parallel));
  }
});

test("of twelve steps that could run at once, four do at --max-parallel 4, and never more", async () => {
  const leaves = Array.from({ length: 12 }, (_, index) => `leaf_${index}`);
  await using project = await createProject({
    "pipeline.ts": `${IMPORTS}${MEET}
export const root = step({ name: "root", run: () => {} });
export const leaf = step({ name: "leaf", inputs: { id: z.string() }, run: ({ id }) => meet(id) });
export const fan = pipeline({
  name: "fan",
  define: () => {
    root();
    for (const id of ${JSON.stringify(leaves)}) leaf.with({ id, after: "root" })({ id });
  },
});
`,
  });
  // None of them ends before there are four.
  const onSpawn = oncePrinted(
    (said) => said.split(" is here").length > 4,
    () => letGo(project),
  );
  const ran = await runPipeline(project, ["--max-parallel", "4"], { onSpawn });
  expect(Math.max(...inFlight(ran.events))).toBe(4);
  expect(ran.executed).toEqual([...leaves, "root"].sort());
});

test("a diamond and a chain of ten give each step what its upstreams made", async () => {
  await using project = await createProject({
    "pipeline.ts": `${IMPORTS}
const n = z.int();
export const one = step({ name: "one", output: n, run: () => 1 });
export const add = step({ name: "add", inputs: { a: n, b: n }, output: n, run: ({ a, b }) => a + b });
export const sums = pipeline({
  name: "sums",
  define: () => {
    const top = one();
    const left = add.with({ id: "left" })({ a: top, b: 10 });
    const right = add.with({ id: "right" })({ a: top, b: 20 });
    let last = add.with({ id: "bottom" })({ a: left, b: right });
    for (let link = 1; link <= 10; link += 1) last = add.with({ id: "link_" + link })({ a: last, b: link });
    return last;
  },
});
`,
  });
  const ran = await runPipeline(project);
  const chain = Array.from({ length: 10 }, (_, index) => `link_${index + 1}`);
  expect(orderOf(ran, "completed").slice(3)).toEqual(["bottom", ...chain]);
  expect(await outputOf(project, ran, "bottom")).toBe(32);
  expect(await outputOf(project, ran, "link_10")).toBe(87);
});

const NAMES = ["RUN_ID", "STEP_NAME", "PIPELINE_NAME", "RUN_NAME", "LOCAL_STORES_PATH"];

test("ZENML_RUN_ID is the same in all containers of a run, and another in each run", async () => {
  await using project = await createProject({
    "pipeline.ts": `${IMPORTS}
export const tell = step({
  name: "tell",
  output: z.record(z.string(), z.string().optional()),
  run: () => Object.fromEntries(${JSON.stringify(NAMES)}.map((name) => [name, process.env["ZENML_" + name]])),
});
export const tellers = pipeline({
  name: "tellers",
  enableCache: false,
  runName: "telling-{date}",
  define: () => {
    tell();
    tell();
    tell.with({ id: "last", after: "tell" })();
  },
});
`,
  });
  const told = async () => {
    const ran = await runPipeline(project);
    const values = Promise.all(ran.executed.map((id) => outputOf(project, ran, id)));
    return { ran, values: (await values) as Record<string, string>[] };
  };
  const [first, second] = [await told(), await told()];
  for (const { ran, values } of [first, second]) {
    const shared = {
      RUN_ID: ran.started.orchestratorRunId,
      PIPELINE_NAME: "tellers",
      RUN_NAME: ran.started.runName,
      LOCAL_STORES_PATH: project.path(".stepdock/stores"),
    };
    expect(values).toEqual(["last", "tell", "tell_2"].map((id) => ({ ...shared, STEP_NAME: id })));
    expect(ran.started.orchestratorRunId.length).toBeLessThanOrEqual(250);
  }
  expect(first.ran.started.orchestratorRunId).not.toBe(second.ran.started.orchestratorRunId);
});
