import { afterAll, beforeAll, expect, test } from "vitest";
import { watchEngine } from "../../fixtures/engine-events.ts";
import { type CommandProject, commandProject, imagesOf, jsonLines, workspaceIdOf } from "./support.ts";

let project: CommandProject;

beforeAll(async () => {
  project = await commandProject();
});
afterAll(() => project[Symbol.asyncDispose]());

interface Plan {
  readonly layers: readonly (readonly string[])[];
  readonly images: readonly string[];
  readonly steps: readonly {
    invocation: string;
    image: string | null;
    decision: string;
    reason: string;
    settings: object;
  }[];
}

const plan = async (...args: string[]): Promise<Plan> => {
  const { stdout, stderr, status } = await project.cli("plan", "pipeline.ts", "numbers", "--json", ...args);
  expect(status, stderr).toBe(0);
  const [only, ...rest] = jsonLines<Plan>(stdout);
  if (!only || rest.length > 0) throw new Error(`not one line of JSON:\n${stdout}`);
  return only;
};

const decisions = ({ steps }: Plan) =>
  Object.fromEntries(steps.map(({ invocation, decision, reason }) => [invocation, [decision, reason]]));

test("a plan tells layers, images and what would run, and builds and creates nothing", async () => {
  const first = await plan();
  await using engine = await watchEngine(await workspaceIdOf(project));
  const again = await plan();
  expect(again).toEqual(first);
  expect(first.layers).toEqual([["greet", "load"], ["sum"]]);
  expect(decisions(first)).toEqual({
    greet: ["run", "it has not run yet"],
    load: ["run", "it has not run yet"],
    sum: ["unknown", "depends on load"],
  });
  expect(await engine.creations()).toEqual([]);
  expect(await imagesOf(project)).toEqual([]);
});

test("after a run everything is cached, and what is changed is named", async () => {
  expect((await project.cli("run", "pipeline.ts", "numbers")).status).toBe(0);
  const cached = await plan();
  expect(cached.steps.map(({ decision }) => decision)).toEqual(["cached", "cached", "cached"]);
  expect(await imagesOf(project)).toEqual(expect.arrayContaining([...cached.images]));
  expect(decisions(await plan("--param", "n=4"))).toMatchObject({
    greet: ["cached", expect.anything()],
    load: ["run", "changed: parameter n"],
  });
  expect(decisions(await plan("--no-cache")).load).toEqual(["run", "caching is off"]);
});

test("on the stack local no image is needed, and the environment is this process", async () => {
  const local = await plan("--stack", "local");
  const settings = { docker: { environment: { COMMAND_TEST: expect.any(String) } } };
  expect(local.steps.map((step) => step.settings)).toEqual([settings, settings, settings]);
  const verbose = await project.cli("plan", "pipeline.ts", "numbers", "--stack", "local", "--verbose");
  expect(verbose.stdout).toMatch(/\nsettings of sum\n {2}settings\.docker\.environment\.COMMAND_TEST +"/);
  expect(local.images).toEqual([]);
  expect(local.steps.map(({ image }) => image)).toEqual([null, null, null]);
  expect(decisions(local).greet?.[1]).toMatch(/^changed: .*environment node/);
});

test("for people a plan is a table", async () => {
  const { stdout } = await project.cli("plan", "pipeline.ts", "numbers");
  expect(stdout).toMatch(/^plan of pipeline numbers on stack local_docker: 3 steps in 2 layers, 1 image$/m);
  expect(stdout).toMatch(/^layer 2 +sum +cached +as in step run /m);
});

test.each([
  [["missing.ts"], /There is no file .*missing\.ts/],
  [["pipeline.ts"], /exports several pipelines: .*numbers/],
  [["pipeline.ts", "nmbers"], /Did you mean "numbers"\?/],
  [["pipeline.ts", "numbers", "--param", "n=many"], /Parameter "n" .*cannot be "many"/],
  [["pipeline.ts", "numbers", "--param", "m=1"], /has no parameter "m"/],
  [["pipeline.ts", "numbers", "--stack", "locl"], /There is no stack "locl".*Did you mean "local"\?/],
])("wrong use is told, with status 2: plan %j", async (args, message) => {
  const { status, stderr } = await project.cli("plan", ...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});
