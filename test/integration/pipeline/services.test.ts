import type { ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../../src/model/index.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { workspaceIdsIn } from "../../fixtures/leftovers.ts";
import { ensurePostgresImage } from "../../fixtures/postgres-image.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { postgresPipeline } from "./postgres-pipeline.ts";
import { docker, leftoversOf, NOTHING, returnedBy, runPipeline } from "./support.ts";

/** Services that fail, each in its own way. */
const failing = (image: string): string => `
import { once } from "node:events";
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
const image = ${JSON.stringify(image)};
const crash = { image, command: ["sh", "-c", "echo no disk >&2; exit 3"], healthcheck: { command: "false" } };
const sick = { image, command: ["sleep", "1000"],
  healthcheck: { command: "echo not today; false", interval: 0.2, retries: 1, startPeriod: 0, timeout: 60 } };
// However late somebody looks: it never comes to be called unhealthy.
const slow = { image, command: ["sleep", "1000"], healthcheck: { command: "false", retries: 1_000_000 }, startTimeout: 1 };
export const use = step({ name: "use", run: () => {} });
export const ends = step({ name: "ends", settings: { services: { brief: { image, command: ["nc", "-l", "-p", "5000"] } } },
  run: async () => {
    // Nothing tells when it listens.
    const meet = () => once(connect({ host: "brief", port: 5000 }).on("connect", function () { this.end(); }), "close");
    while (await meet().then(() => false, ({ code }) => code === "ECONNREFUSED")) await setTimeout(50);
    while (await lookup("brief").then(() => true, () => false)) await setTimeout(50);
    throw new Error("it is gone");
  } });
export const all = pipeline({ name: "all", define: () => {
  use.with({ id: "crashed", settings: { services: { crash } } })();
  use.with({ id: "unhealthy", settings: { services: { sick, other: { image, command: ["sleep", "1000"] } } } })();
  use.with({ id: "late", settings: { services: { slow } } })();
  use.with({ id: "unstartable", settings: { services: { odd: { image, command: ["/no/such"] } } } })();
  ends();
} });
`;

/** Of the squares from 1 to 1000. */
const SUM = String((1000 * 1001 * 2001) / 6);

let project: Project;
beforeAll(async () => {
  const [postgres, busybox] = [await ensurePostgresImage(docker), await ensureBusyboxImage(docker)];
  project = await createProject({
    "pipeline.ts": postgresPipeline(postgres),
    "failing.ts": failing(busybox),
  });
}, 300_000);
afterEach(async () => expect(await leftoversOf(project)).toEqual(NOTHING));
afterAll(() => project[Symbol.asyncDispose]());

/** Calls `act` once, with the address of the database, when the step that asks it has it. */
const onAddress =
  (act: (address: string, child: ChildProcess) => void) =>
  (child: ChildProcess): void => {
    let [said, known] = ["", false];
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const address = /"address ([\d.]+)"/.exec(said)?.[1];
      if (known || !address) return;
      known = true;
      act(address, child);
    });
  };

/** Whatever of this project bears a label: other projects on this engine may have the like. */
const labelled = (label: string) => {
  const own = workspaceIdsIn(project.directory).map((id) => `dev.stepdock.workspace=${id}`);
  return { filters: { label: [label, ...own] } };
};

/** Ends the wait of the step, from inside its database; which may then be removed before its client has ended. */
const release = async (): Promise<void> => {
  const [db] = await docker.listContainers(labelled("dev.stepdock.service=db"));
  const sql = "insert into released values (now())";
  const command = `$(find /usr/lib/postgresql -name psql) -h 127.0.0.1 -U postgres -c "${sql}"`;
  const exec = await docker
    .getContainer(db?.Id ?? "")
    .exec({ Cmd: ["sh", "-c", `${command} || echo it failed`], AttachStdout: true, AttachStderr: true });
  expect(await text(await exec.start({}))).not.toContain("it failed");
};

test("a step asks a real database that it alone reaches, and whose log is kept", async () => {
  const { promise: met, resolve } = Promise.withResolvers<unknown>();
  const meet = async (host: string) => {
    const [network] = await docker.listNetworks(labelled("dev.stepdock.step=ask"));
    expect(network).toMatchObject({ Internal: true });
    const run = await runPipeline(project, "stranger", { args: ["--param", `host=${host}`] });
    await release();
    return await returnedBy(project, run.step("reach"));
  };
  const onSpawn = onAddress((address) => resolve(meet(address)));
  const run = await runPipeline(project, "asking", { args: ["--param", "hold=true"], onSpawn });
  expect(run.status, run.stderr).toBe(0);
  expect(await returnedBy(project, run.step("ask"))).toEqual([SUM]);
  const [byName, byAddress] = (await met) as string[];
  expect(byName).toMatch(/EAI_AGAIN|ENOTFOUND/);
  expect(byAddress).toMatch(/no answer|EHOSTUNREACH|ENETUNREACH|ECONNREFUSED|ECONNRESET/);
  const logs = await stepdock(["logs", run.run.id, "ask", "--service", "db"], { cwd: project.directory });
  expect(`${logs.stdout}${logs.stderr}`).toContain("database system is ready to accept connections");
  const unknown = await stepdock(["logs", run.run.id, "ask", "--service", "bd"], { cwd: project.directory });
  expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining("It had: db.") });
});

test("an interruption while a step uses its service leaves nothing of either", async () => {
  const onSpawn = onAddress((_address, child) => child.kill("SIGINT"));
  const run = await runPipeline(project, "asking", { args: ["--param", "hold=true", "--no-cache"], onSpawn });
  expect(run.status).toBe(130);
  expect(run.step("ask").status).toBe("stopped");
});

test("a step whose orchestrator was killed keeps its service until it has ended", async () => {
  const onSpawn = onAddress((_address, child) => child.kill("SIGKILL"));
  const run = await runPipeline(project, "asking", { args: ["--param", "hold=true", "--no-cache"], onSpawn });
  expect(run.signal).toBe("SIGKILL");
  const { containers, networks } = await leftoversOf(project);
  expect({ containers: containers.length, networks: networks.length }).toEqual({
    containers: 2,
    networks: 1,
  });
  const resumed = stepdock(["resume", run.run.id], { cwd: project.directory });
  await release();
  expect(await resumed).toMatchObject({ status: 0 });
  const output = await stepdock(["artifact", run.run.id, "ask"], { cwd: project.directory });
  expect(JSON.parse(output.stdout)).toEqual([SUM]);
  const logs = await stepdock(["logs", run.run.id, "ask", "--service", "db"], { cwd: project.directory });
  expect(`${logs.stdout}${logs.stderr}`.match(/ready to accept connections/g)).toHaveLength(1);
});

test("a service that is not ready fails its step, with its name, why, and what it printed", async () => {
  const result = await stepdock(["run", "failing.ts", "--json"], { cwd: project.directory });
  expect(result.status).toBe(1);
  const events = result.stdout.split("\n").filter(Boolean);
  const failures = Object.fromEntries(
    events
      .map((line) => JSON.parse(line) as RunEvent)
      .flatMap((event) =>
        event.event === "step_status" && event.failure ? [[event.invocation, event.failure]] : [],
      ),
  );
  const failed = (message: RegExp) => ({ name: "ServiceFailed", message: expect.stringMatching(message) });
  expect(failures).toMatchObject({
    crashed: failed(/^Service "crash" .* ended with exit code 3 before .*\n {2}no disk\n.*--service crash$/s),
    unhealthy: failed(/^Service "sick" .* is unhealthy; its health check says: not today/),
    late: failed(/^Service "slow" .* was not healthy within its startTimeout of 1 s/),
    unstartable: failed(/^Service "odd" .* could not start: .*\/no\/such/s),
    ends: {
      message: expect.stringMatching(/it is gone\n.*Service "brief" .* ended with exit code 0 while/s),
    },
  });
});
