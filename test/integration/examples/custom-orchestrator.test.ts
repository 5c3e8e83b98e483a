import { cp } from "node:fs/promises";
import { resolve } from "node:path";
import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../../examples/custom-orchestrator");
const docker = new Dockerode();

const containersOf = (runId: string) =>
  docker.listContainers({ all: true, filters: { name: [`stepdock-detached-${runId}`] } });

/** Submits the pipeline; with it goes its container, also where the test fails. */
const submit = async (project: Project, limit: number) => {
  const args = ["run", "pipeline.ts", "--stack", "detached", "--json", "--param", `limit=${limit}`];
  const { stdout, stderr, status } = await stepdock(args, { cwd: project.directory });
  expect(status, stderr).toBe(0);
  const events = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  const { runId } = events.find(({ event }) => event === "run_started");
  return {
    ...{ runId: String(runId), names: events.map(({ event }) => String(event)) },
    [Symbol.asyncDispose]: async () => {
      for (const { Id } of await containersOf(runId))
        await docker.getContainer(Id).remove({ force: true }).catch(ignoreGone);
    },
  };
};

const ignoreGone = (error: { statusCode?: number }): void => {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
};

test("a detached run goes on by itself, and one that is stopped leaves no container", async () => {
  await using project = await createProject({});
  await cp(EXAMPLE, project.directory, { recursive: true });
  const endpoint = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  await project.edit("stepdock.config.ts", "config: {", `config: { endpoint: "${endpoint}",`);
  const cli = (...args: string[]) => stepdock(args, { cwd: project.directory });
  await using first = await submit(project, 20_000);
  expect(first.names).not.toContain("run_finished");
  const logs = await cli("logs", "latest", "--follow");
  expect(logs.stdout.split("\n").toSorted()).toEqual([
    "",
    "search | from 1 to 10000: 6171 takes 261 steps",
    "search_2 | from 10000 to 20000: 17647 takes 278 steps",
  ]);
  await expect
    .poll(async () => (await cli("artifact", "latest", "compare")).stdout, { timeout: 60_000 })
    .toContain('"start": 17647');

  await using second = await submit(project, 2 ** 40);
  expect(await containersOf(second.runId)).toHaveLength(1);
  const stopped = await cli("stop", second.runId, "--force");
  expect(stopped.status, stopped.stderr).toBe(0);
  expect((await cli("show", second.runId)).stdout).toMatch(/^status +stopped/m);
  await expect.poll(() => containersOf(second.runId), { timeout: 60_000 }).toEqual([]);
});
