import { chmod, mkdtempDisposable, open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ContainerStartError } from "../../../src/docker/container-errors.ts";
import type { ContainerSpec } from "../../../src/docker/port.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker, run, shell, Transcript, uniqueLabels } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

/** Starts what cannot start, and returns the error, once it is certain that nothing is left of it. */
const failureOf = async (spec: ContainerSpec): Promise<unknown> => {
  const labels = uniqueLabels();
  const failure: unknown = await startAndDispose({ ...spec, labels }).catch((error) => error);
  expect(await containers.list(labels)).toEqual([]);
  return failure;
};

const startAndDispose = async (spec: ContainerSpec): Promise<void> => {
  await using container = await containers.create(spec, new Transcript());
  await container.start();
};

const command = (...words: string[]): ContainerSpec =>
  shell("", { command: words, init: false, stdin: true });

test("a missing executable is named, with what to do, and nothing is left", async () => {
  const failure = await failureOf(command("node", "step.js"));
  expect(failure).toBeInstanceOf(ContainerStartError);
  expect(failure).toMatchObject({ code: "docker_request_failed", reason: "not_found", exitCode: 127 });
  expect(String(failure)).toContain('the image has no "node" to run. Install it in the image');
});

test("a file that is not executable is told from one that is missing", async () => {
  const failure = await failureOf(command("/etc/passwd"));
  expect(failure).toMatchObject({ reason: "not_executable", exitCode: 126 });
  expect(String(failure)).toContain("/etc/passwd is not executable");
});

test("a bind source that is missing is refused by name, not created", async () => {
  const mounts = [{ type: "bind", source: "/nope/x", target: "/x", readOnly: true }] as const;
  const failure = await failureOf(shell("true", { mounts }));
  expect(failure).toMatchObject({ reason: "mount", exitCode: 125 });
  expect(String(failure)).toContain("the engine's host has no /nope/x to mount. Create it");
});

test("a folder mounted over a file is refused as a mount", async () => {
  const mounts = [{ type: "bind", source: tmpdir(), target: "/bin/busybox", readOnly: true }] as const;
  expect(await failureOf(shell("true", { mounts }))).toMatchObject({ reason: "mount", exitCode: 125 });
});

test("an unknown user is a start error in the engine's words", async () => {
  const failure = await failureOf(shell("true", { user: "nobody-here" }));
  expect(failure).toMatchObject({ reason: "other", statusCode: 500 });
  expect(String(failure)).toContain("unable to find user nobody-here");
});

test("a missing image is a failed request that names it", async () => {
  const failure = await failureOf(shell("true", { image: "stepdock-test/absent:latest" }));
  expect(failure).toBeInstanceOf(DockerRequestError);
  expect(failure).toMatchObject({ statusCode: 404, subject: "stepdock-test/absent:latest" });
});

test("with an init process a missing executable starts, says so on stderr, and exits with 127", async () => {
  const outcome = await run(shell("", { command: ["node", "step.js"] }));
  expect(outcome.exitCode).toBe(127);
  expect(outcome.stderr).toMatch(/exec node failed: No such file or directory/);
});

test("with an init process a file that is not executable exits with 126", async () => {
  const outcome = await run(shell("", { command: ["/etc/passwd"] }));
  expect(outcome.exitCode).toBe(126);
  expect(outcome.stderr).toMatch(/exec \/etc\/passwd failed: Permission denied/);
});

test("a binary of another processor starts, says so on stderr, and fails", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-"));
  const file = join(folder.path, "program");
  await writeForeignBinary(file);
  const mounts = [{ type: "bind", source: file, target: "/program", readOnly: true }] as const;
  const outcome = await run(shell("", { command: ["/program"], init: false, mounts }));
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.stderr).toContain("exec /program: exec format error");
});

/** A copy of this Node's first page with a machine number that is no processor's. */
const writeForeignBinary = async (path: string): Promise<void> => {
  const header = Buffer.alloc(4096);
  await using node = await open(process.execPath);
  await node.read(header, 0, header.length, 0);
  header.writeUInt16LE(0xfff0, 18);
  await writeFile(path, header);
  await chmod(path, 0o755);
};
