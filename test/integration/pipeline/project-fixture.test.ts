import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { keepTrackOf } from "../../fixtures/children.ts";
import { workspaceIdsIn } from "../../fixtures/leftovers.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { docker, leftoversOf, open } from "./support.ts";

/** As a run leaves things behind whose test fails while it goes on. */
const leaveThings = async (project: Project): Promise<void> => {
  await using workspace = await open(project);
  const { workspaceId } = workspace.metadata;
  const Labels = { "dev.stepdock.workspace": workspaceId };
  const Image = await ensureBusyboxImage(docker);
  const container = await docker.createContainer({ Image, Labels, Cmd: ["sleep", "1000"] });
  await container.start();
  await docker.createNetwork({ Name: `project-fixture-${workspaceId}`, Labels, Internal: true });
  await docker.createVolume({ Name: `project-fixture-${workspaceId}`, Labels });
};

test("with a project go its processes, and what its workspace left on the engine", async () => {
  const project = await createProject({});
  await leaveThings(project);
  const copy = await project.copy();
  const child = keepTrackOf(spawn("sleep", ["1000"], { cwd: project.directory }), project.directory);
  const killed = once(child, "exit");
  await copy[Symbol.asyncDispose]();
  const { containers, networks, volumes } = await leftoversOf(project);
  expect([containers, networks, volumes].map(({ length }) => length)).toEqual([1, 1, 1]);
  const [id] = workspaceIdsIn(project.directory);
  await project[Symbol.asyncDispose]();
  expect(await killed).toEqual([null, "SIGKILL"]);
  expect(existsSync(project.directory)).toBe(false);
  const filters = { label: [`dev.stepdock.workspace=${id}`] };
  expect(await docker.listContainers({ all: true, filters })).toEqual([]);
  expect(await docker.listNetworks({ filters: JSON.stringify(filters) })).toEqual([]);
  expect((await docker.listVolumes({ filters: JSON.stringify(filters) })).Volumes ?? []).toEqual([]);
});
