import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { runJson, stepdock } from "../../fixtures/cli.ts";
import { countingEngine } from "../../fixtures/counting-engine.ts";
import { type CommandProject, commandProject, containersOf, jsonLines } from "./support.ts";

let project: CommandProject;

beforeAll(async () => {
  project = await commandProject();
});
afterAll(() => project[Symbol.asyncDispose]());

/** The files that a command loads in its process. */
const loadedBy = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string[]> => {
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", TRACE, CLI, ...args], {
    ...{ cwd: project.directory, env: { ...process.env, ...env } },
  });
  return stderr.split("\n").filter((line) => line.startsWith("file:"));
};

/** The packages that files are of, or were bundled from. */
const packagesIn = (files: readonly string[]): Set<string> =>
  new Set(
    files.flatMap(sourcesOf).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );

const sourcesOf = (file: string): string[] => {
  const map = `${fileURLToPath(file)}.map`;
  if (!existsSync(map)) return [file];
  return [file, ...(JSON.parse(readFileSync(map, "utf8")) as { sources: string[] }).sources];
};

const latest = async () => jsonLines((await project.cli("runs", "--limit", "1", "--json")).stdout)[0];

test("with --json stdout holds events alone, also where the user's module prints", async () => {
  const { events, stdout, stderr, status } = await runJson(["pipeline.ts", "numbers"], {
    cwd: project.directory,
  });
  expect(status).toBe(0);
  expect(events[0]).toMatchObject({ event: "run_started", pipeline: "numbers" });
  expect(events.at(-1)).toMatchObject({
    event: "run_finished",
    status: "completed",
    steps: { completed: 3 },
  });
  expect(stdout.split("\n").filter((line) => line.startsWith("a module"))).toEqual([]);
  expect(stderr).toContain("a module that prints while it is loaded");
});

test("an error is an event, too, and the status tells what kind it is", async () => {
  const wrong = await runJson(["pipeline.ts", "numbers", "--param", "n"], { cwd: project.directory });
  expect(wrong).toMatchObject({ status: 2, events: [{ event: "error", code: "usage" }] });
  const none = await runJson(["pipeline.ts", "numbers", "--no-cache"], {
    cwd: project.directory,
    env: { DOCKER_HOST: "tcp://127.0.0.1:1" },
  });
  expect(none.status).toBe(3);
  expect(none.events.at(-1)).toMatchObject({ event: "error", code: "engine_unavailable" });
  expect(none.stderr).toContain("error: The container engine is not running");
});

test("a failed run is reported in full, ends with status 1", async () => {
  const { status, stdout } = await project.cli("run", "pipeline.ts", "failing");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^step fails failed after .*, at attempt 2\n {2}TypeError: no luck\n {6}at /m);
  expect(stdout).toContain(project.path("pipeline.ts"));
  expect(stdout).toMatch(/^ {2}the end of its log:\n {4}.*\n {4}attempt 2$/m);
  expect(stdout).toMatch(/^run failing-\S+ failed: 1 failed, 1 skipped in /m);
});

test("the first signal stops a run, the second kills; then nothing is left and the record is final", async () => {
  const { child, result } = await project.start("wait | waiting", "run", "pipeline.ts", "waiting");
  const follower = await project.start("wait | waiting", "logs", "latest", "--follow");
  const stopping = new Promise<void>((resolveStopping) => {
    let heard = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes("stopping: ")) resolveStopping();
    });
  });
  child.kill("SIGTERM");
  await stopping;
  child.kill("SIGINT");
  const { status, signal, stderr } = await result;
  expect({ status, signal }).toEqual({ status: 130, signal: null });
  expect(stderr).toMatch(/press Ctrl-C again to kill/);
  expect(await containersOf(project)).toEqual([]);
  expect(await latest()).toMatchObject({ status: "stopped" });
  // Whoever follows its logs sees the end, too.
  expect(await follower.result).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("wait | waiting\n"),
  });
});

test("a reader that goes away costs nothing: the run goes on to its end", async () => {
  const { child, exited, result } = await project.start(
    "run_started",
    "run",
    "pipeline.ts",
    "numbers",
    "--no-cache",
    "--json",
  );
  child.stdout?.destroy();
  await result.catch(() => {}); // Of a stream that the test itself has destroyed.
  expect(await exited).toEqual([0, null]);
  expect(await latest()).toMatchObject({ status: "completed" });
});

const CLI = resolve(import.meta.dirname, "../../../dist/src/cli/main.js");

test("the file of the command line is a program, as `npx stepdock` in a checkout takes it", async () => {
  const { stdout } = await promisify(execFile)(CLI, ["--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});

/** Prints every module that is loaded. */
const TRACE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  import { writeSync } from "node:fs";
  registerHooks({ load: (url, context, next) => { writeSync(2, url + "\\n"); return next(url, context); } });
`)}`;

/** Packages that are parts of files of ours, as these were built, and such that are not. */
const BUNDLED = ["dockerode", "log-update"];
const INSTALLED = ["rolldown", "tar-fs", "kysely"];

test.each([
  ["--help"],
  ["runs"],
  ["show", "latest"],
  ["logs", "latest"],
  ["run", "pipeline.ts", "numbers"],
  ["plan", "pipeline.ts", "numbers"],
])("%s %s loads no engine client and no bundler, where everything is cached", async (...args) => {
  const loaded = await loadedBy(args);
  expect(loaded.some((url) => /\/chunks\/core-[^/]*\.js$/.test(url))).toBe(true);
  const built = globSync(resolve(CLI, "../../../chunks/*.js")).map((path) => pathToFileURL(path).href);
  expect([...packagesIn(built)]).toEqual(expect.arrayContaining(BUNDLED));
  const packages = packagesIn(loaded);
  expect([...BUNDLED, ...INSTALLED].filter((name) => packages.has(name))).toEqual([]);
});

test("of a run that is all cached the engine is asked whether it is there, and for the parent image: by its name, and where that was put together here by that of its own", async () => {
  await using direct = await connectEngine();
  await using counted = await countingEngine(direct);
  const env = { DOCKER_HOST: counted.engine.endpoint };
  const { events } = await runJson(["pipeline.ts", "numbers"], { cwd: project.directory, env });
  expect(events.at(-1)).toMatchObject({ event: "run_finished", steps: { cached: 3 } });
  const [first, ...asked] = counted.taken();
  expect(first).toBe("GET /_ping");
  // An engine that lets itself wait for is asked again whether it is there.
  const lookUps = asked.filter((each) => each !== first);
  expect(lookUps[0]).toBe("GET /images/node:24-slim/json");
  expect(
    lookUps.slice(1).filter((asked) => !/^GET \/images\/stepdock\/base:here-\w+\/json$/.test(asked)),
  ).toEqual([]);
  expect(lookUps.length).toBeLessThanOrEqual(2);
});

test("a run leaves its last records in the database's log, where the next command finds them", async () => {
  await latest(); // What was in the log before is carried over by this.
  const { events } = await runJson(["pipeline.ts", "numbers"], { cwd: project.directory });
  expect((await stat(project.path(".stepdock/stepdock.db-wal"))).size).toBeGreaterThan(0);
  expect(await latest()).toMatchObject({ id: events[0]?.event === "run_started" && events[0].runId });
});

test("where nothing is kept, another process loads the bundler", async () => {
  const loaded = await loadedBy(["plan", "pipeline.ts", "numbers"], {
    STEPDOCK_HOME: project.path("cold-workspace"),
  });
  expect(loaded.some((url) => /\/chunks\/bundler-child-[^/]*\.js$/.test(url))).toBe(true);
  expect(loaded.filter((url) => /node_modules\/(rolldown|magic-string)\//.test(url))).toEqual([]);
});

const OLD_NODE = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path));

test.runIf(OLD_NODE)("an older Node says which one is needed, in one line", async () => {
  const old = await promisify(execFile)(OLD_NODE ?? "", ["--version"]);
  const problem = await promisify(execFile)(OLD_NODE ?? "", [CLI, "--help"]).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  if (Number.parseInt(old.stdout.slice(1), 10) >= 24) return expect(problem).toBeUndefined();
  expect(problem).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: stepdock needs Node 24.*\n$/),
  });
});

test("STEPDOCK_HOME and --workspace name the workspace, the option first", async () => {
  const home = { STEPDOCK_HOME: project.path("home") };
  const inHome = await stepdock(["runs"], { cwd: project.directory, env: home });
  expect(inHome.stderr).toContain(`no workspace at ${project.path("home")}`);
  const named = await stepdock(["--workspace", "named", "runs"], { cwd: project.directory, env: home });
  expect(named.stderr).toContain(`no workspace at ${project.path("named")}`);
});
