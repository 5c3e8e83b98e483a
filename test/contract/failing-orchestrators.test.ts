import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { orchestratorContract } from "../../src/contract.ts";
import { createProject } from "../fixtures/project.ts";

/** Never caches. */
const FORGETFUL = `
import { defineConfig } from "stepdock/config";

export default defineConfig({
  components: { orchestrator: { forgetful: { flavor: "local", config: { enableCache: false } } } },
  stacks: { forgetful: { orchestrator: "forgetful" } },
});
`;

/** What a test runner would tell of the suite: test → its error, or nothing. */
const outcomesOf = async (stack: string, project: string) => {
  const before: (() => Promise<void>)[] = [];
  const after: (() => Promise<void>)[] = [];
  const tests = new Map<string, () => Promise<void>>();
  const runner = {
    test: (name: string, work: () => Promise<void>) => tests.set(name, work),
    beforeAll: (work: () => Promise<void>) => before.push(work),
    afterAll: (work: () => Promise<void>) => after.push(work),
  };
  orchestratorContract(stack, runner, { project });
  const run = (work: () => Promise<void>) => work().then(() => undefined, String);
  const started = await Promise.all(before.map(run));
  const outcomes = await Promise.all(
    [...tests].map(async ([name, work]) => [name, await run(work)] as const),
  );
  for (const work of after) await work();
  return { started, failed: outcomes.flatMap(([name, error]) => (error === undefined ? [] : [name])) };
};

test("an orchestrator that does not keep to its suite fails the test of what it lacks, and nothing is left", async () => {
  await using project = await createProject({ "stepdock.config.ts": FORGETFUL });
  const { started, failed } = await outcomesOf("forgetful", project.directory);
  expect(started).toEqual([undefined]);
  expect(failed).toEqual([
    "orchestrator of stack forgetful: what an earlier run made is taken from it, and nothing is executed",
  ]);
  expect(await readdir(project.directory)).not.toContainEqual(expect.stringMatching(/contract/));
});

test("a stack that there is not fails all of them, with its name", async () => {
  await using project = await createProject({});
  const { started, failed } = await outcomesOf("lokal", project.directory);
  expect(started).toEqual([expect.stringMatching(/no stack "lokal".*Did you mean "?local/)]);
  expect(failed).toHaveLength(7);
  expect(await readdir(project.directory)).not.toContainEqual(expect.stringMatching(/contract/));
});
