import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type Project } from "../../fixtures/project.ts";
import { docker, type EndedRun, leftoversOf, NOTHING, returnedBy, runPipeline } from "./support.ts";

const STEPS = 200;

const PIPELINE = `
import { readFileSync } from "node:fs";
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const tiny = step({ name: "tiny", inputs: { n: z.int() }, output: z.int(), run: ({ n }) => n * 2 });
export const many = pipeline({ name: "many", define: () => {
  for (let n = 1; n <= ${STEPS}; n += 1) tiny.with({ id: "tiny_" + n })({ n });
} });

const doomed = (name: string, run: () => Promise<string> | string) => step({ name, output: z.string(), run });
const forever = () => new Promise<string>((resolve) => setTimeout(resolve, 600_000, "late"));
export const throws = doomed("throws", () => { throw new Error("on purpose"); });
export const exits = doomed("exits", () => process.exit(7));
export const killed = doomed("killed", () => { process.kill(process.pid, "SIGKILL"); return forever(); });
export const late = doomed("late", forever);
export const after = step({ name: "after", inputs: { text: z.string() }, run: () => {} });
export const troubles = pipeline({ name: "troubles", define: () => {
  after({ text: throws() });
  exits();
  killed();
  late.with({ timeout: 0.2 })();
  throws.with({ id: "again", retry: { maxRetries: 2, delay: 0 } })();
} });

export const cramped = throws.with({ id: "cramped", settings: { resources: { memory: "1MB" } } });
export const refused = pipeline({ name: "refused", define: () => { cramped(); } });

/** Names of the volumes that are mounted in this container. */
export const volumes = step({ name: "volumes", output: z.array(z.string()), run: () =>
  readFileSync("/proc/self/mountinfo", "utf8").split("\\n")
    .map((line) => /\\/volumes\\/([^/]+)\\/_data \\/data /.exec(line)?.[1]).filter((name) => name !== undefined) });
export const plain = pipeline({ name: "plain", define: () => { volumes(); } });
export const voluminous = pipeline({ name: "voluminous", define: () => {
  for (const id of ["first", "second"]) {
    volumes.with({ id, settings: { docker: { parentImage: "stepdock-test/voluminous:latest" } } })();
  }
} });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(() => project[Symbol.asyncDispose]());

/** Whether the engine knows it, asked by id, so that no label can hide it. */
const exists = (inspected: Promise<unknown>): Promise<boolean> =>
  inspected.then(
    () => true,
    (error) => (error.statusCode === 404 ? false : Promise.reject(error)),
  );

/** Fails unless every container that the run recorded is gone, and nothing bears the workspace's label. */
const expectNothingLeft = async ({ steps }: EndedRun): Promise<void> => {
  const ids = steps.flatMap(({ containerId }) => (containerId === null ? [] : [containerId]));
  const left = await Promise.all(ids.map((id) => exists(docker.getContainer(id).inspect())));
  expect(ids.filter((_id, index) => left[index])).toEqual([]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
};

test(`A run of ${STEPS} small steps leaves no container, no network, no volume`, {
  timeout: 900_000,
}, async () => {
  const begun = performance.now();
  const run = await runPipeline(project, "many", { args: ["--no-cache"] });
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${STEPS} steps took ${seconds.toFixed(1)} s, ${((seconds / STEPS) * 1000).toFixed(0)} ms each`,
  );
  expect(run).toMatchObject({ status: 0, run: { status: "completed" } });
  expect(run.steps.map(({ status }) => status)).toEqual(Array(STEPS).fill("completed"));
  expect(new Set(run.steps.map(({ containerId }) => containerId)).size).toBe(STEPS);
  expect(await returnedBy(project, run.step("tiny_77"))).toBe(154);
  await expectNothingLeft(run);
});

test("steps that throw, exit, are killed, take too long or are tried again leave nothing", async () => {
  const run = await runPipeline(project, "troubles", { args: ["--no-cache"] });
  expect(run).toMatchObject({ status: 1, run: { status: "failed" } });
  const kinds = ["throws", "exits", "killed", "late", "again"].map((id) => run.failure(id).kind);
  expect(kinds).toEqual(["threw", "exited_by_itself", "signal", "timeout", "threw"]);
  expect(run.step("after").status).toBe("skipped");
  const attempts = run.steps.filter(({ invocationId }) => invocationId === "again");
  expect(attempts.map(({ status }) => status)).toEqual(["retried", "retried", "failed"]);
  await expectNothingLeft(run);
});

test("a container that the engine refuses to make or to start leaves nothing, and its step's record is final", async () => {
  const run = await runPipeline(project, "refused", { args: ["--no-cache"] });
  expect(run).toMatchObject({ status: expect.any(Number), run: { status: "failed" } });
  expect(run.status).not.toBe(0);
  expect(run.step("cramped").status).toBe("failed");
  expect(run.failure("cramped").message).toMatch(/memory/i);
  await expectNothingLeft(run);
});

const VOLUMINOUS = { repo: "stepdock-test/voluminous", tag: "latest" };

/** The image of a step that ran, with a volume in it. */
const imageWithVolume = async (from: string): Promise<AsyncDisposable> => {
  const container = await docker.createContainer({ Image: from, Labels: { "dev.stepdock.test": "1" } });
  await container.commit({ ...VOLUMINOUS, changes: "VOLUME /data" });
  await container.remove({ v: true });
  const image = docker.getImage(`${VOLUMINOUS.repo}:${VOLUMINOUS.tag}`);
  return { [Symbol.asyncDispose]: () => image.remove({ force: true }) };
};

test("the volumes that an image asks for go with the containers", async () => {
  const plain = await runPipeline(project, "plain", { args: ["--no-cache"] });
  await using _image = await imageWithVolume(plain.step("volumes").image ?? "");
  expect(await returnedBy(project, plain.step("volumes"))).toEqual([]);
  const run = await runPipeline(project, "voluminous", { args: ["--no-cache"] });
  const names = await Promise.all(
    ["first", "second"].map((id) => returnedBy<string[]>(project, run.step(id))),
  );
  expect(new Set(names.flat()).size).toBe(2);
  const left = await Promise.all(names.flat().map((name) => exists(docker.getVolume(name).inspect())));
  expect(left).toEqual([false, false]);
  await expectNothingLeft(run);
});
