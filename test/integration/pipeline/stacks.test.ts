import { expect, test } from "vitest";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { IMPORTS, runPipeline, stepRunsOf } from "./pipeline-support.ts";

const PIPELINE = `${IMPORTS}
export const load = step({ name: "load", output: z.number(), run: () => 20 });
export const add = step({ name: "add", inputs: { n: z.number() }, output: z.number(), run: ({ n }) => n + 1 });
export const sum = pipeline({ name: "sum", define: () => add({ n: load({}) }) });
`;

/** A stack of the user's own flavor, whose artifacts lie in the store of that name. */
const config = (artifactStore: string, stores: string) => `
import { defineConfig } from "stepdock/config";
import { LocalOrchestrator, LocalOrchestratorConfig, type OrchestratorServices } from "stepdock/orchestrators";

export default defineConfig({
  stack: "mine",
  flavors: [{
    name: "quiet",
    type: "orchestrator",
    configSchema: LocalOrchestratorConfig,
    create: (identity: any, services: OrchestratorServices) => new LocalOrchestrator(identity, services),
  }],
  components: {
    orchestrator: { conductor: { flavor: "quiet", config: { maxParallelism: 2 } } },
    artifactStore: { ${stores} },
  },
  stacks: {
    mine: { orchestrator: "conductor", artifactStore: "${artifactStore}", imageBuilder: false },
    bare: { orchestrator: "local_docker", imageBuilder: false },
  },
});
`;

const OTHER = 'other: { flavor: "local" }';

const uriOf = async (project: Project, { id }: { readonly id: string }): Promise<string | undefined> => {
  await using workspace = await openWorkspace(project.path(".stepdock"));
  return (await workspace.metadata.outputsOf(id)).output?.uri;
};

test("runs use the stack of the configuration file, and what they made is found when the stack is another", async () => {
  await using project = await createProject({
    "pipeline.ts": PIPELINE,
    "stepdock.config.ts": config("other", OTHER),
  });
  const cli = (...args: string[]) => stepdock(args, { cwd: project.directory });
  const first = await runPipeline(project);
  expect(first.started.stack).toBe("mine");
  expect(first.executed).toEqual(["add", "load"]);
  const { add } = await stepRunsOf(project, first);
  expect(add && (await uriOf(project, add))).toMatch(/^local:\/\/other\/add\/output\//);
  // Another store is another cache.
  await project.write({ "stepdock.config.ts": config("default", OTHER) });
  expect((await runPipeline(project)).executed).toEqual(["add", "load"]);
  expect((await runPipeline(project)).executed).toEqual([]);
  const rerun = await cli("rerun", first.id, "add", "--json");
  expect(rerun.stderr).toBe("");
  expect((await cli("artifact", "latest", "add")).stdout).toBe("21\n");
  expect((await cli("show", "latest")).stdout).toContain("mine");
  await project.write({ "stepdock.config.ts": config("default", "") });
  expect(await cli("artifact", first.id, "add")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('There is no artifact store "other". There are: default.'),
  });
});

test("a stack that lacks what its orchestrator needs is refused before there is a run", async () => {
  await using project = await createProject({
    "pipeline.ts": PIPELINE,
    "stepdock.config.ts": config("other", OTHER),
  });
  for (const command of ["run", "plan"]) {
    const refused = await stepdock([command, "pipeline.ts", "--stack", "bare"], { cwd: project.directory });
    expect(refused).toMatchObject({
      ...{ status: 2, stdout: "" },
      stderr: expect.stringMatching(/^error: Stack "bare" has no image builder, which its orchestrator/),
    });
  }
  await using workspace = await openWorkspace(project.path(".stepdock"));
  expect(await workspace.metadata.listRuns()).toEqual([]);
});
