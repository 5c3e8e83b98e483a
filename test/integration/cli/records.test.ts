import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { stepdockBytes } from "./bytes.ts";
import { type CommandProject, commandProject, jsonLines } from "./support.ts";

let project: CommandProject;

/** Three runs, oldest first: one of everything, the same from the cache, one that fails. */
beforeAll(async () => {
  project = await commandProject();
  expect((await project.cli("run", "pipeline.ts", "numbers", "--name", "first")).status).toBe(0);
  expect((await project.cli("run", "pipeline.ts", "numbers", "--name", "second")).status).toBe(0);
  expect((await project.cli("run", "pipeline.ts", "failing", "--name", "third")).status).toBe(1);
});
afterAll(() => project[Symbol.asyncDispose]());

const LOADING = "a module that prints while it is loaded\n";

test("runs lists runs, the newest first, with the fields of the model", async () => {
  const { stdout, status } = await project.cli("runs", "--json");
  expect(status).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([
    { name: "third", pipelineName: "failing", status: "failed" },
    { name: "second", pipelineName: "numbers", status: "completed" },
    { name: "first", pipelineName: "numbers", status: "completed", stack: "local_docker" },
  ]);
});

test("runs as a table has a head and a row for each run; filters and limits hold", async () => {
  const { stdout } = await project.cli("runs", "--pipeline", "numbers", "--limit", "1");
  const [head, row, ...rest] = stdout.split("\n");
  expect(head).toMatch(/^ID +STATUS +STARTED +TIME +PIPELINE +NAME$/);
  expect(row).toMatch(/^[0-9a-f]{8} +completed +.* +numbers +second$/);
  expect(rest).toEqual([""]);
});

test("a workspace that is not there is not made: runs is empty, show says how to make one", async () => {
  const parent = await mkdtemp(join(tmpdir(), "stepdock-none-"));
  const place = join(parent, "ws");
  const runs = await project.cli("runs", "--workspace", place, "--json");
  expect(runs).toMatchObject({ status: 0, stdout: "" });
  const show = await project.cli("show", "latest", "--workspace", place);
  expect(show).toMatchObject({ status: 2, stdout: "" });
  expect(show.stderr).toContain(`There is no workspace at ${place} yet`);
  await rm(parent, { recursive: true });
});

test("show finds a run by name, by latest and by the beginning of its id", async () => {
  const [third] = jsonLines<{ id: string }>((await project.cli("runs", "--json")).stdout);
  for (const reference of ["third", "latest", third?.id.slice(0, 8) ?? ""]) {
    const { stdout } = await project.cli("show", reference, "--json");
    expect(jsonLines(stdout)).toMatchObject([{ id: third?.id, name: "third" }]);
  }
  const unknown = await project.cli("show", "nothing", "--json");
  expect(unknown.status).toBe(2);
  expect(jsonLines(unknown.stdout)).toMatchObject([{ event: "error", code: "not_found" }]);
});

test("show tells every attempt, why it failed, and what did not run", async () => {
  const { stdout } = await project.cli("show", "third");
  expect(stdout).toMatch(/^status +failed in /m);
  expect(stdout).toMatch(/^fails +retried/m);
  expect(stdout).toMatch(/^fails \(attempt 2\) +failed/m);
  expect(stdout).toContain("fails: TypeError: no luck\n");
  expect(stdout).toContain("after did not run: its upstream fails did not succeed\n");
});

test("show tells parameters, and outputs with type and size, and what steps used; cached ones name their source", async () => {
  const { stdout } = await project.cli("show", "second");
  expect(stdout).toMatch(/^parameters +n=3$/m);
  expect(stdout).toMatch(/^sum +cached +output: number, 1 B$/m);
  expect(stdout).toMatch(/^sum took its outputs from step run [0-9a-f]{8}$/m);
  const first = await project.cli("show", "first");
  expect(first.stdout).toMatch(/^sum +completed .* MB, .*s CPU.* output: number, 1 B$/m);
});

test("logs of one step into a file are its bytes, each stream to its own", async () => {
  const { stdout, stderr } = await stepdockBytes(project, ["logs", "first", "load"]);
  const bytes = Buffer.from([0x61, 0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x0a]);
  expect(stdout).toEqual(Buffer.concat([Buffer.from(LOADING), bytes, Buffer.from("no newline")]));
  expect(stderr.toString()).toBe("on stderr\n");
});

test("logs of a cached step are those of the run that it was taken from", async () => {
  const { stdout, stderr } = await project.cli("logs", "second", "sum");
  expect(stdout).toBe(`${LOADING}summing\n`);
  expect(stderr).toContain('"sum" was cached');
});

test("logs of a run are those of all its steps, in the order they began, each line with its step", async () => {
  const { stdout } = await project.cli("logs", "first");
  const lines = stdout.split("\n");
  expect(lines).toContain("load | a\ufffd");
  expect(lines).toContain("load | no newline");
  expect(lines.indexOf("sum | summing")).toBeGreaterThan(lines.indexOf("load | no newline"));
  expect(stdout).not.toContain("\u001b");
  expect(stdout.endsWith("\n")).toBe(true);
});

test("logs are of the newest attempt, unless another is asked for", async () => {
  expect((await project.cli("logs", "third", "fails")).stdout).toBe(`${LOADING}attempt 2\n`);
  expect((await project.cli("logs", "third", "fails", "--attempt", "1")).stdout).toBe(
    `${LOADING}attempt 1\n`,
  );
  const none = await project.cli("logs", "third", "fails", "--attempt", "3");
  expect(none).toMatchObject({ status: 2, stdout: "" });
});

test("logs as JSON are the records", async () => {
  const { stdout } = await project.cli("logs", "first", "load", "--json");
  expect(jsonLines(stdout)).toContainEqual({
    ...{ invocation: "load", attempt: 1, stream: "stderr", text: "on stderr" },
    time: expect.stringMatching(/Z$/),
  });
});

test("logs of a step that is misspelt, or did not run, say so", async () => {
  expect((await project.cli("logs", "first", "laod")).stderr).toContain('Did you mean "load"?');
  const skipped = await project.cli("logs", "third", "after");
  expect(skipped.status).toBe(2);
  expect(skipped.stderr).toContain("did not run: its upstream fails did not succeed");
});

test("logs --follow of a run that has ended ends", async () => {
  const { stdout, status } = await project.cli("logs", "first", "sum", "--follow");
  expect(status).toBe(0);
  expect(stdout).toBe(`${LOADING}summing\n`);
});

test("an artifact is printed as it was stored: text, JSON and bytes", async () => {
  expect((await project.cli("artifact", "first", "greet")).stdout).toBe("hello");
  expect((await project.cli("artifact", "first", "load.numbers")).stdout).toBe("[\n  0,\n  1,\n  2\n]\n");
  const { stdout } = await stepdockBytes(project, ["artifact", "first", "load.raw"]);
  expect(stdout).toEqual(Buffer.from([0, 255, 10]));
});

test.runIf(process.platform === "linux")("an artifact is opened by the program of the desktop", async () => {
  const opened = project.path("opened.txt");
  await project.write({
    "bin/xdg-open": `#!/bin/sh\necho "$1" > "${opened}.new"; mv "${opened}.new" "${opened}"\n`,
  });
  await chmod(project.path("bin/xdg-open"), 0o755);
  const env = { PATH: `${project.path("bin")}:${process.env.PATH}` };
  const options = { cwd: project.directory, env };
  expect((await stepdock(["artifact", "first", "load.raw", "--open"], options)).status).toBe(0);
  await expect.poll(() => existsSync(opened)).toBe(true);
  expect(await readFile((await readFile(opened, "utf8")).trim())).toEqual(Buffer.from([0, 255, 10]));
});

test("an artifact as JSON is its record with the value: plain, tagged, or base64", async () => {
  const value = async (output: string) =>
    jsonLines((await project.cli("artifact", "second", output, "--json")).stdout)[0];
  expect(await value("load.numbers")).toMatchObject({ name: "numbers::load::numbers", value: [0, 1, 2] });
  expect(await value("load.raw")).toMatchObject({ materializer: "bytes", sizeBytes: 3, value: "AP8K" });
  expect(await value("load.when")).toMatchObject({
    value: { $stepdock: "Date", value: "1970-01-01T00:00:00.000Z" },
  });
});

test("an output that is not named, or not there, is asked for by its names", async () => {
  const several = await project.cli("artifact", "first", "load");
  expect(several).toMatchObject({ status: 2, stdout: "" });
  expect(several.stderr).toMatch(/several outputs.*load\.numbers, load\.raw, load\.when/);
  expect((await project.cli("artifact", "first", "load.row")).stderr).toContain('Did you mean "raw"?');
  expect((await project.cli("artifact", "third", "fails")).stderr).toContain("has no outputs: it is failed");
});
