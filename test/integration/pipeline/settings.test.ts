import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { workspaceIdOf } from "./pipeline-support.ts";
import { docker, type EndedRun, leftoversOf, NOTHING, outputOf, returnedBy, runPipeline } from "./support.ts";

const PIPELINE = `
import { readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { pipeline, step } from "stepdock";
import * as z from "zod";

const attempt = (act: () => unknown): string => {
  try { act(); return "done"; } catch (error) { return (error as NodeJS.ErrnoException).code ?? String(error); }
};
const line = (file: string, pattern: RegExp) => readFileSync(file, "utf8").split("\\n").find((each) => pattern.test(each)) ?? "";
const sizeOf = (path: string) => { const { blocks, bsize } = statfsSync(path); return blocks * bsize; };

export const look = step({ name: "look", output: z.json(), settings: {
    network: "bridge",
    docker: { user: "root" },
    run: {
      volumes: { "/given": { source: "./given" }, "/taken": { source: "./taken", readOnly: false } },
      extraHosts: { "db.example": "10.1.2.3" },
      ports: { "8080": 0 },
      shmSize: "8MiB",
      // Node raises its own soft limit to the hard one
      ulimits: { nofile: { soft: 128, hard: 256 } },
      tmpfs: { "/scratch": { size: "4MiB" } },
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "99" },
      capAdd: ["CHOWN"],
    },
    resources: { memory: "256MiB", cpuCount: 0.5 },
  },
  run: () => ({
    uid: process.getuid?.() ?? -1,
    given: readFileSync("/given/a.txt", "utf8"),
    spoilt: attempt(() => writeFileSync("/given/a.txt", "x")),
    taken: attempt(() => writeFileSync("/taken/b.txt", "left by the step")),
    host: line("/etc/hosts", /db\\.example/).split(/\\s+/)[0] ?? "",
    shm: sizeOf("/dev/shm"),
    files: line("/proc/self/limits", /^Max open files/).split(/\\s{2,}/).slice(1, 3),
    scratch: [sizeOf("/scratch"), attempt(() => writeFileSync("/scratch/x", "x"))],
    port: readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8").trim(),
    capabilities: line("/proc/self/status", /^CapEff/).split(/\\s+/)[1] ?? "",
  }) });
export const looking = pipeline({ name: "looking", define: () => { look(); } });

export const big = step({ name: "big", inputs: { n: z.number() }, output: z.string(),
  run: async () => { const end = Date.now() + 300; while (Date.now() < end) await null; return "done"; } });
const resources = (memory: string) => ({ settings: { resources: { memory } } });
export const admitted = pipeline({ name: "admitted", parameters: { memory: z.string() }, define: ({ memory }) => {
  big.with(resources(memory))({ n: 1 });
  big.with(resources(memory))({ n: 2 });
} });
export const asItIs = step({ name: "as_it_is", output: z.array(z.string()), run: () => readdirSync("/stepdock") });
export const skipping = pipeline({ name: "skipping", parameters: { parentImage: z.string() }, define: ({ parentImage }) => {
  asItIs.with({ settings: { docker: { skipBuild: true, parentImage, user: "1234:1234" } } })();
} });
export const hiding = pipeline({ name: "hiding", parameters: { path: z.string() }, define: ({ path }) => {
  big.with({ settings: { run: { tmpfs: { [path]: {} } } } })({ n: 1 });
} });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE, "given/a.txt": "given", "taken/.keep": "" });
});
afterAll(async () => {
  expect(await leftoversOf(project)).toEqual(NOTHING);
  await project[Symbol.asyncDispose]();
});

/** The capability that the first test asks for, as the kernel writes it. */
const CHOWN = "0000000000000001";

test("a step has in its container what its run settings ask for, and no more", async () => {
  const run = await runPipeline(project, "looking", { args: ["--no-cache"] });
  expect(run.step("look").failure).toBeNull();
  expect(await returnedBy(project, run.step("look"))).toEqual({
    ...{ uid: 0, given: "given", spoilt: "EROFS", taken: "done", host: "10.1.2.3" },
    ...{ shm: 8 * 2 ** 20, files: ["256", "256"], scratch: [4 * 2 ** 20, "done"], port: "99" },
    capabilities: CHOWN,
  });
  const used = { peakMemoryBytes: expect.any(Number), cpuSeconds: expect.any(Number) };
  expect(run.step("look").metadata.usage).toMatchObject(used);
  expect(await readFile(project.path("taken/b.txt"), "utf8")).toBe("left by the step");
});

interface Lifecycle {
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/**
 * Hears of the containers of the project from now on: what the engine told, in its order. To be asked afterwards, it
 * keeps too few of its events where others have it run containers at the same time.
 */
const watchLifecycles = async () => {
  const { SystemTime } = (await docker.info()) as { SystemTime: string };
  const stream = await docker.getEvents({
    // Its answer may come before it listens.
    since: Math.floor(Date.parse(SystemTime) / 1000),
    filters: {
      ...{ type: ["container"], event: ["start", "die"] },
      label: [`${LABEL.workspace}=${await workspaceIdOf(project)}`],
    },
  });
  const input = new Readable().wrap(stream);
  const events: Lifecycle[] = [];
  createInterface({ input }).on("line", (line) => events.push(JSON.parse(line) as Lifecycle));
  const of = ({ run }: EndedRun) =>
    events.filter(({ Actor }) => Actor.Attributes[LABEL.runId] === run.id).map(({ Action }) => Action);
  return { of, [Symbol.dispose]: () => void input.destroy() };
};

test("of two steps that need 60 % of the engine's memory each, one waits until the other's container is gone", async () => {
  const { MemTotal } = (await docker.info()) as { MemTotal: number };
  const memory = `${Math.floor((0.6 * MemTotal) / 2 ** 20)}MiB`;
  const args = ["--no-cache", "--max-parallel", "2", "--param", `memory=${memory}`];
  using lifecycles = await watchLifecycles();
  const run = await runPipeline(project, "admitted", { args });
  expect(run.status, run.stderr).toBe(0);
  await expect.poll(() => lifecycles.of(run).length, { timeout: 60_000 }).toBe(4);
  expect(lifecycles.of(run)).toEqual(["start", "die", "start", "die"]);
});

test("a step that can never fit is refused before anything runs, with what it asks for and what there is", async () => {
  const run = await runPipeline(project, "admitted", { args: ["--param", "memory=1PiB"] });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/Step "big" asks for 1PiB of memory, and the engine has \d.*Step "big_2" asks/s);
  expect(run.steps).toEqual([]);
});

test("nothing can be mounted over the stores", async () => {
  const path = project.path(".stepdock/stores/default");
  const run = await runPipeline(project, "hiding", { args: ["--param", `path=${path}`] });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(`"settings.run.tmpfs.${path}", which would hide the artifact stores from it`);
  expect(run.steps).toEqual([]);
});

test("with skipBuild a step runs in the parent image itself, as the user that it names", async () => {
  await using engine = await connectEngine();
  const { reference } = await ensureBaseImage(engine);
  const args = ["--no-cache", "--param", `parentImage=${reference}`];
  const run = await runPipeline(project, "skipping", { args });
  expect(run.step("as_it_is").failure).toBeNull();
  expect(run.step("as_it_is").image).toBe(reference);
  expect(await returnedBy(project, run.step("as_it_is"))).toEqual(["bundles", "entrypoint.mjs"]);
  expect(await stat((await outputOf(project, run.step("as_it_is"))).path)).toMatchObject({ mode: 0o40777 });
  expect(run.events.filter(({ event }) => event === "build_output")).toEqual([]);
});
