import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { watchEngine } from "../../fixtures/engine-events.ts";
import { createProject } from "../../fixtures/project.ts";
import { IMPORTS, outputOf, runPipeline, workspaceIdOf } from "./pipeline-support.ts";

const PIPELINE = `${IMPORTS}
const where = { output: z.string(), run: () => process.cwd() };
export const here = step({ name: "here", ...where });
export const there = step({ name: "there", ...where, stepOperator: "docker" });
export const mixed = pipeline({ name: "mixed", define: () => ({ here: here(), there: there({}) }) });
export const wrong = pipeline({ name: "wrong", define: () => ({ there: there.with({ stepOperator: "dcker" })() }) });
`;

test("a step of a local run is executed in a container by its step operator, and cached with its image", async () => {
  await using project = await createProject({ "pipeline.ts": PIPELINE });
  await using engine = await watchEngine(await workspaceIdOf(project));
  const orphan = await leaveOrphan(await workspaceIdOf(project));
  const first = await runPipeline(project, ["mixed", "--stack", "local"]);
  await expect(orphan.inspect()).rejects.toMatchObject({ statusCode: 404 });
  expect(first.executed).toEqual(["here", "there"]);
  expect((await engine.creations()).flatMap(({ invocation }) => invocation ?? [])).toEqual(["there"]);
  expect(await outputOf(project, first, "there")).toBe("/tmp");
  expect(await outputOf(project, first, "here")).not.toBe("/tmp");
  // Where a container is made of the same image, it is the same environment: whoever makes it.
  expect((await runPipeline(project, ["mixed", "--stack", "local_docker"])).executed).toEqual(["here"]);
  const wrong = await stepdock(["run", "pipeline.ts", "wrong", "--stack", "local"], {
    cwd: project.directory,
  });
  expect(wrong).toMatchObject({ status: 2, stdout: "" });
  expect(wrong.stderr).toContain('Step "there" asks for the step operator "dcker"');
  expect(wrong.stderr).toContain('Did you mean "docker"?');
});

/** A container of a run of the workspace whose owner is dead. */
const leaveOrphan = async (workspaceId: string): Promise<Dockerode.Container> => {
  const docker = new Dockerode();
  const labels = { "dev.stepdock.workspace": workspaceId, "dev.stepdock.run-id": "dead" };
  return await docker.createContainer({
    Image: await ensureBusyboxImage(docker),
    Cmd: ["true"],
    Labels: labels,
  });
};
