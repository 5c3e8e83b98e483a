import { cp, readFile, symlink } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { ensurePythonImage } from "../../fixtures/python-image.ts";
import { docker, leftoversOf, NOTHING, runPipeline } from "../pipeline/support.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");

/** The example as it is, but for its images: no registry is asked for them here. */
const exampleProject = async (): Promise<Project> => {
  const [python, busybox] = [await ensurePythonImage(docker), await ensureBusyboxImage(docker)];
  const project = await createProject({});
  await symlink(
    resolve(REPOSITORY, "node_modules/vega-datasets"),
    project.path("node_modules/vega-datasets"),
  );
  await cp(resolve(REPOSITORY, "examples/polyglot"), project.path("examples/polyglot"), { recursive: true });
  await project.edit("examples/polyglot/python/Dockerfile", "python:3.13-slim", python);
  await project.edit("examples/polyglot/pipeline.ts", "busybox:1.37", busybox);
  // Where a test expects it.
  await project.write({ "pipeline.ts": 'export * from "./examples/polyglot/pipeline.ts";\n' });
  return project;
};

const printed = async (project: Project, artifact: string): Promise<string> => {
  const { stdout, status, stderr } = await stepdock(["artifact", "latest", artifact], {
    cwd: project.directory,
  });
  expect(status, stderr).toBe(0);
  return stdout;
};

test("TypeScript, Python and shell pass JSON, a file and a folder on; what is edited runs again, and no more", {
  timeout: 300_000,
}, async () => {
  await using project = await exampleProject();
  const run = await runPipeline(project, "polyglot");
  expect(run.status, run.stderr).toBe(0);
  expect(JSON.parse(await printed(project, "pack.listing"))).toMatchObject({ charts: 4 });
  const model = JSON.parse(await printed(project, "train.model"));
  expect(model).toMatchObject({ trainedOn: 1096, coefficients: { length: 5 } });
  expect(model.meanError).toBeGreaterThan(1);
  expect(model.meanError).toBeLessThan(5);
  const html = await printed(project, "report.html");
  expect(html).toContain("Learnt from 1096 days");
  expect(html.match(/<svg /g)).toHaveLength(4);
  const csv = resolve(REPOSITORY, "node_modules/vega-datasets/data/seattle-weather.csv");
  expect(await printed(project, "load.weather")).toBe(await readFile(csv, "utf8"));
  expect(await leftoversOf(project)).toEqual(NOTHING);

  await project.edit("examples/polyglot/pack.ts", "packed $count charts", "put $count charts");
  const again = await runPipeline(project, "polyglot");
  expect(again.steps.map(({ invocationId, status }) => [invocationId, status]).sort()).toEqual([
    ["load", "cached"],
    ["pack", "completed"],
    ["report", expect.stringMatching(/cached|completed/)],
    ["train", "cached"],
  ]);
});
