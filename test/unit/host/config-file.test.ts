import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { configOf, readConfigFile } from "../../../src/host/config-file.ts";
import { settleConfig } from "../../../src/stack/component-config.ts";
import { workspacePaths } from "../../../src/workspace/paths.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

const read = ({ directory, path }: Project) =>
  readConfigFile({ projectRoot: directory, paths: workspacePaths(path(".stepdock")) });

test("a project without a file declares nothing, and nothing is made for it", async () => {
  await using project = await createProject({});
  expect(await read(project)).toEqual({ flavors: [], components: [], stacks: [] });
  expect(existsSync(project.path(".stepdock"))).toBe(false);
});

test("a file declares flavors, components and stacks, whose other parts are the default ones", async () => {
  await using project = await createProject({
    "flavors.ts": `
      import { LocalOrchestrator, LocalOrchestratorConfig } from "stepdock/orchestrators";
      export const quiet = { name: "quiet", type: "orchestrator", configSchema: LocalOrchestratorConfig,
        create: (identity: any, services: any) => new LocalOrchestrator(identity, services) };`,
    "stepdock.config.ts": `
      import { defineConfig } from "stepdock/config";
      import { quiet } from "./flavors.ts";
      export default defineConfig({
        stack: "mine",
        flavors: [quiet],
        components: { orchestrator: { four: { flavor: "quiet", config: { maxParallelism: 4 } } } },
        stacks: { mine: { orchestrator: "four" }, bare: { orchestrator: "four", imageBuilder: false } },
      });`,
  });
  const { flavors, ...declared } = await read(project);
  expect(flavors).toMatchObject([{ name: "quiet", type: "orchestrator" }]);
  const source = "config";
  const four = { type: "orchestrator", name: "four", flavor: "quiet", config: { maxParallelism: 4 }, source };
  expect(declared).toEqual({
    stack: "mine",
    components: [four],
    stacks: [
      {
        ...{ name: "mine", source },
        components: { orchestrator: "four", artifactStore: "default", imageBuilder: "default" },
      },
      {
        name: "bare",
        source,
        components: { orchestrator: "four", artifactStore: "default", imageBuilder: undefined },
      },
    ],
  });
});

test.each([
  ["export const config = {};", /stepdock\.config\.ts is not valid: it has no default export/],
  ['throw new Error("no luck");', /stepdock\.config\.ts cannot be loaded, since it threw Error: no luck/],
  ["export default {", /stepdock\.config\.ts/],
  ['import "./nowhere.ts"; export default {};', /nowhere\.ts/],
])("a file that is %j is refused", async (text, message) => {
  await using project = await createProject({ "stepdock.config.ts": text });
  await expect(read(project)).rejects.toMatchObject({
    code: expect.stringMatching(/^(config_invalid|pipeline_invalid|bundle_failed)$/),
    message: expect.stringMatching(message),
  });
});

test.each([
  [3, /expected object, received number/],
  [{ stak: "mine" }, /there is no key "stak"\. Did you mean "stack"\?$/],
  [
    { components: { orchestrators: {} } },
    /no key "orchestrators" in components\. Did you mean "orchestrator"/,
  ],
  [
    { components: { orchestrator: { a: { flavour: "local" } } } },
    /no key "flavour" in components\.orchestrator\.a\. Did you mean "flavor"/,
  ],
  [
    { components: { orchestrator: { a: { flavor: 3 } } } },
    /at components\.orchestrator\.a\.flavor: expected string/,
  ],
  [
    { components: { orchestrator: { "a b": { flavor: "local" } } } },
    /"a b" cannot be the name of a component/,
  ],
  [{ stacks: { mine: { artifactStore: "default" } } }, /at stacks\.mine\.orchestrator: expected string/],
  [{ stacks: { "": { orchestrator: "local" } } }, /"" cannot be the name of a stack/],
  [{ flavors: [3] }, /flavors\[0\] of .*stepdock\.config\.ts is no flavor: it is a number/],
  [{ flavors: [{ name: "x", type: "orchestratr" }] }, /its `type` is none of orchestrator, artifact_store/],
  [
    { flavors: [{ name: "x", type: "orchestrator", configSchema: {} }] },
    /its `configSchema` is no zod schema/,
  ],
])("what a file exports is refused where it is %j", (exported, message) => {
  expect(() => configOf(exported, "/project/stepdock.config.ts")).toThrow(message);
});

test("what docs/stacks.md shows can be loaded, and its flavor takes its settings", async () => {
  const page = await readFile(resolve(import.meta.dirname, "../../../docs/stacks.md"), "utf8");
  const [config = "", flavor = ""] = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  await using project = await createProject({
    ...{ "stepdock.config.ts": config, "flavors/courteous.ts": flavor },
  });
  const { flavors, components } = await read(project);
  const [courteous] = flavors;
  const [component] = components;
  if (!courteous || !component) return expect.unreachable();
  expect(settleConfig(courteous, component)).toMatchObject({ freeMemory: 2, pidsLimit: 4096 });
});
