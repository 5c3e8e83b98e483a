import { chmod, mkdir, mkdtempDisposable, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reapSecretFiles, SecretFiles } from "../../../src/secrets/secret-files.ts";
import { secretsRoot } from "../../../src/secrets/secrets-directory.ts";

const given = { secrets: { API_KEY: "s3cr3t", TLS_KEY: "a\nb\n" } };

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

const filesIn = async (base: string, runId = "run") => {
  const root = join(base, "secrets");
  return { root, files: new SecretFiles({ workspaceId: "workspace", runId, root }) };
};

test("secrets for a container are files that only their owner can read, mounted read-only, and no variables", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { root, files } = await filesIn(base.path);
  await using secrets = await files.write("step", given);
  const source = join(root, "workspace/run/step");
  expect(secrets).toMatchObject({
    mounts: [{ type: "bind", source, target: "/run/secrets", readOnly: true }],
    environment: {},
  });
  expect(await readFile(join(source, "TLS_KEY"), "utf8")).toBe("a\nb\n");
  expect(await modeOf(join(source, "API_KEY"))).toBe("400");
  for (const path of ["", "workspace", "workspace/run", "workspace/run/step"])
    expect(await modeOf(join(root, path))).toBe("700");
});

test("for a container of another user the files are readable, below a directory that is not", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { root, files } = await filesIn(base.path);
  await files.write("step", given, { anyUser: true });
  expect(await modeOf(join(root, "workspace/run/step/API_KEY"))).toBe("444");
  expect(await modeOf(join(root, "workspace/run/step"))).toBe("755");
  expect(await modeOf(join(root, "workspace/run"))).toBe("700");
});

test("variables are given only if asked, and a step without secrets gets no mount", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { files } = await filesIn(base.path);
  expect(await files.write("one", { ...given, secretsAs: "environment" })).toMatchObject({
    environment: given.secrets,
  });
  expect(await files.write("two", {})).toMatchObject({ mounts: [], environment: {} });
});

test("what a step was given goes with it, and everything of the run with the run", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { root, files } = await filesIn(base.path);
  const one = await files.write("one", given);
  await files.write("two", given);
  await one[Symbol.asyncDispose]();
  expect(await readdir(join(root, "workspace/run"))).toEqual(["two"]);
  await files[Symbol.asyncDispose]();
  expect(await readdir(join(root, "workspace"))).toEqual([]);
});

test("what dead processes left is removed, and what a live one has is not", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { root, files } = await filesIn(base.path, "dead");
  await files.write("one", given);
  await (await filesIn(base.path, "alive")).files.write("one", given);
  await reapSecretFiles("workspace", (runId) => runId === "alive", root);
  expect(await readdir(join(root, "workspace"))).toEqual(["alive"]);
  await reapSecretFiles("another workspace", () => false, root);
});

test("a directory that others can read is refused", async () => {
  await using base = await mkdtempDisposable(join(tmpdir(), "stepdock-test-"));
  const { root, files } = await filesIn(base.path);
  await mkdir(root);
  await chmod(root, 0o755);
  await expect(files.write("step", given)).rejects.toThrow(/not a directory of yours that only you can read/);
});

test("secrets lie in memory where the machine has such a directory, or where they are asked to", () => {
  expect(secretsRoot({ STEPDOCK_SECRETS_DIR: "/elsewhere" })).toMatch(/^\/elsewhere\/stepdock-secrets-/);
  // Docker makes sure of one in each of its containers, and so does every Linux.
  if (process.platform === "linux")
    expect(secretsRoot({ XDG_RUNTIME_DIR: "/no/such" })).toMatch(/^\/dev\/shm\/stepdock-secrets-/);
});
