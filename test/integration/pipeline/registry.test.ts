import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import Dockerode from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeError } from "../../../src/cli/report-error.ts";
import { type House, openHouse } from "../../../src/composition.ts";
import { clean, type RemovedThing } from "../../../src/host/clean.ts";
import { compileFile } from "../../../src/host/compile-file.ts";
import { resumeRun } from "../../../src/host/resume.ts";
import { runCompiled } from "../../../src/host/run-compiled.ts";
import { openShell } from "../../../src/host/shell.ts";
import type { Build, PipelineRun, RunEvent } from "../../../src/model/index.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { type RegistryFixture, startRegistry } from "../../fixtures/docker-registry.ts";
import { hasImage } from "../../fixtures/has-image.ts";
import { removeLeftovers } from "../../fixtures/leftovers.ts";
import { createProject } from "../../fixtures/project.ts";

const docker = new Dockerode();

/** The environment of `say` is its own, so that whatever is made here may be removed. */
const pipelineOf = (image: string) => `
import { containerStep, pipeline, step } from "stepdock";
import * as z from "zod";
const command = ["sh", "-c", 'cat /etc/passwd | wc -l > "$STEPDOCK_OUTPUT_OUTPUT_PATH"'];
export const say = step({ name: "say", settings: { docker: { environment: { MARK: "${randomUUID()}" } } }, output: z.int(), run: () => 42 });
export const built = containerStep({ name: "built", build: { context: "built" }, output: z.string(), command });
export const named = containerStep({ name: "named", image: "${image}", output: z.string(), command });
export const main = pipeline({ name: "main", define: () => { say(); built(); named(); } });
export const here = step({ name: "here", output: z.int(), run: () => 1 });
export const there = step({ name: "there", inputs: { n: z.int() }, stepOperator: "docker", run: () => {} });
export const mixed = pipeline({ name: "mixed", define: () => { there({ n: here() }); } });
`;

const configOf = (uri: string) => ({
  stack: "team",
  components: { containerRegistry: { team: { flavor: "default", config: { uri } } } },
  stacks: {
    team: { orchestrator: "local_docker", containerRegistry: "team" },
    team_here: { orchestrator: "local", containerRegistry: "team", stepOperators: ["docker"] },
  },
});

let server: RegistryFixture | undefined;
let busybox = "";
beforeAll(async () => {
  busybox = await ensureBusyboxImage(docker);
  server = await startRegistry();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A project, and its house with a stack whose registry is at `uri`. What it has the engine make is removed with it. */
const openProject = async (uri: string) => {
  const project = await createProject({
    "pipeline.ts": pipelineOf(busybox),
    "built/Dockerfile": `FROM ${busybox}\nLABEL mark=${randomUUID()}\n`,
    "stepdock.config.ts": `export default ${JSON.stringify(configOf(uri))};`,
  });
  const house = await openHouse({
    workspaceRoot: project.path(".stepdock"),
    projectRoot: project.directory,
  });
  const removeImages = async () => {
    await removeLeftovers(house.workspace.metadata.workspaceId, { images: "all" });
    const here = await docker.listImages({ filters: JSON.stringify({ reference: [`${uri}/*`] }) });
    for (const tag of here.flatMap(({ RepoTags }) => RepoTags ?? [])) {
      if (tag.startsWith(uri)) await docker.getImage(tag).remove();
    }
  };
  return {
    ...{ house, project, removeImages },
    [Symbol.asyncDispose]: async () => {
      await removeImages();
      await house[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
};

/** What a run came to, with the images that its steps ran in. */
const conduct = async (house: House, work: (told: ReturnType<typeof listen>) => Promise<PipelineRun>) => {
  const { events, ...told } = listen();
  const run = await work({ events, ...told });
  const { metadata } = house.workspace;
  const build = run.buildId === null ? undefined : await metadata.getBuild(run.buildId);
  const steps = await metadata.listStepRuns(run.id);
  const ranIn = Object.fromEntries(steps.map(({ invocationId, image }) => [invocationId, image]));
  const said = events.flatMap((event) => (event.event === "build_output" ? [event.line] : []));
  const reused = events.flatMap((event) => (event.event === "build_finished" ? [event.reused] : []));
  return { run, ranIn, said, reused, images: imagesOf(build) };
};

const listen = () => {
  const events: RunEvent[] = [];
  const { signal } = new AbortController();
  return {
    events,
    emit: (event: RunEvent) => void events.push(event),
    signals: { signal, killSignal: signal },
  };
};

const imagesOf = (build: Build | undefined): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(build?.invocations ?? {}).map(([id, index]) => [id, build?.images[index]?.reference]),
  );

const run = (house: House, file: string, exportName = "main", stack = "team") =>
  conduct(house, async ({ emit, signals }) => {
    const compiled = await compileFile(house, { file, exportName, parameters: {} });
    return await runCompiled(house, compiled, { emit, signals, stack, enableCache: false });
  });

/** Its records, as they were before it began that step. */
const asIfKilledBefore = (house: House, { id }: PipelineRun, step: string): void => {
  using database = new DatabaseSync(house.workspace.paths.database);
  database.prepare("UPDATE pipeline_runs SET status = 'running', finished_at = NULL WHERE id = ?").run(id);
  database.prepare("DELETE FROM step_runs WHERE run_id = ? AND invocation_id = ?").run(id, step);
};

/** Of a shell in the environment of `say`. */
const exitOfShell = (house: House, { id }: PipelineRun, line: string): Promise<number> =>
  openShell(house, id, "say", {
    ...{ tty: false, environment: {}, sink: { write: () => {} } },
    attend: async (shell) => {
      shell.stdin?.end(`${line}\n`);
      await shell.ended;
    },
  });

test("images of steps come from the registry, by digest, once the local ones are removed", async () => {
  const uri = `${server?.open}/team`;
  await using opened = await openProject(uri);
  const { house, project, removeImages } = opened;
  const file = project.path("pipeline.ts");

  const first = await run(house, file);
  expect(first.run.status).toBe("completed");
  const byDigest = expect.stringMatching(`^${uri}/stepdock@sha256:[0-9a-f]{64}$`);
  expect(first.images).toEqual({ say: byDigest, built: byDigest, named: byDigest });
  expect(first.ranIn).toEqual(first.images);
  expect(first.said.filter((line) => line.startsWith("Pushed "))).toHaveLength(3);

  await removeImages();
  const references = Object.values(first.images).filter((each) => each !== undefined);
  expect(await Promise.all(references.map((each) => hasImage(docker, each)))).toEqual([false, false, false]);

  const second = await run(house, file);
  expect(second.run.status).toBe("completed");
  expect(second.images).toEqual(first.images);
  expect(second.ranIn).toEqual(first.images);
  expect(second.reused).toEqual([true, true, true]);
  expect(second.said.filter((line) => line.startsWith("Pushed "))).toEqual([]);
  expect(second.said).toContainEqual(expect.stringMatching(/Downloaded newer image/));

  await removeImages();
  expect(await exitOfShell(house, first.run, "exit 7")).toBe(7);

  await removeImages();
  asIfKilledBefore(house, first.run, "say");
  const again = await conduct(house, async (told) => (await resumeRun(house, first.run.id, told)).run);
  expect(again.run.status).toBe("completed");
  expect(again.ranIn).toEqual(first.images);
  expect(again.said).toContainEqual(expect.stringMatching(/Downloaded newer image/));

  const removed: string[] = [];
  const onRemoved = ({ kind, name }: RemovedThing) => void (kind === "image" && removed.push(name));
  await clean(house.workspace, house.engine, { keep: 0, onRemoved });
  expect(removed).toContainEqual(expect.stringMatching(`^${uri}/stepdock:step-[0-9a-f]{24}-`));
  expect(await hasImage(docker, first.images.say ?? "")).toBe(false);
});

const unexpected = () => expect.unreachable("it was not refused");

test.each([
  ["main", "team"],
  ["mixed", "team_here"],
])("a registry that is down ends a run of %s on %s before any step of it is begun", async (name, stack) => {
  await using opened = await openProject("127.0.0.1:1/team");
  const { house, project } = opened;
  const told = await run(house, project.path("pipeline.ts"), name, stack).then(unexpected, describeError);
  expect(told).toMatchObject({
    ...{ exit: 1, code: "registry_refused" },
    message: expect.stringMatching(
      /registry 127\.0\.0\.1:1, repository 127\.0\.0\.1:1\/team\/stepdock\): .*cannot be reached/,
    ),
  });
  const [record] = await house.workspace.metadata.listRuns();
  expect(record).toMatchObject({ status: "failed", buildId: null });
  expect(await house.workspace.metadata.listStepRuns(record?.id ?? "")).toEqual([]);
});

test("a registry that takes no images fails the run with what it said, and leaves no name behind", async () => {
  const uri = `${server?.readOnly}/team`;
  await using opened = await openProject(uri);
  const { house, project } = opened;
  const told = run(house, project.path("pipeline.ts"));
  await expect(told).rejects.toMatchObject({ code: "registry_refused", reason: "read_only" });
  const [record] = await house.workspace.metadata.listRuns();
  expect(record).toMatchObject({ status: "failed", buildId: null });
  const filters = JSON.stringify({ reference: [`${uri}/*`] });
  expect(await docker.listImages({ filters })).toEqual([]);
});
