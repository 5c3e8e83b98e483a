import { once } from "node:events";
import { chmod, mkdir, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBuildContext } from "../../../src/image-builder/build-context.ts";
import { tempFolder } from "./temp-folder.ts";

const FILES = {
  Dockerfile: "FROM scratch\n",
  "train.py": "print(1)\n",
  "data/table.csv": "a,b\n",
  "data/more.csv": "c\n",
  "noise.log": "ignored\n",
  "logs/kept.txt": "kept\n",
  "logs/old.txt": "ignored\n",
  ".dockerignore": "*.log\nlogs\n!logs/kept.txt\n",
};

const projectWith = async (files: Readonly<Record<string, string>> = FILES) => {
  const folder = await tempFolder();
  const path = (file: string) => join(folder.path, "trainer", file);
  for (const directory of ["data", "logs"]) await mkdir(path(directory), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(path(name), content);
  const read = (build = {}) => readBuildContext(folder.path, { context: "trainer", ...build });
  return { path, read, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

test("a build context has what its .dockerignore leaves in, and its Dockerfile", async () => {
  await using project = await projectWith();
  const { entries, dockerfile, recipe } = await project.read();
  const files = entries.filter(({ type }) => type === "file").map(({ path }) => path);
  const expected = [
    ".dockerignore",
    "Dockerfile",
    "data/more.csv",
    "data/table.csv",
    "logs/kept.txt",
    "train.py",
  ];
  expect(files.sort()).toEqual(expected);
  expect({ dockerfile, recipe }).toEqual({ dockerfile: "Dockerfile", recipe: FILES.Dockerfile });
});

test("its hash is the same in another place, with other times, another umask, another Dockerfile, a workspace and other files that are ignored", async () => {
  await using project = await projectWith();
  await using other = await projectWith({ ...FILES, Dockerfile: "FROM other\n", "noise.log": "more" });
  await utimes(other.path("train.py"), 1, 1);
  await chmod(other.path("train.py"), 0o660);
  await mkdir(other.path(".stepdock"));
  await writeFile(other.path(".stepdock/stepdock.db"), "changes with each run");
  expect((await other.read()).contentHash).toBe((await project.read()).contentHash);
});

const changes: [what: string, change: (path: (file: string) => string) => Promise<void>][] = [
  ["the content of a file", (path) => writeFile(path("train.py"), "print(2)\n")],
  ["the name of a file", (path) => rename(path("data/more.csv"), path("data/most.csv"))],
  ["the right to be executed", (path) => chmod(path("train.py"), 0o755)],
  ["a new empty folder", async (path) => void (await mkdir(path("empty")))],
  ["a new link", (path) => symlink("train.py", path("link"))],
];

test.each(changes)("its hash changes with %s", async (_, change) => {
  await using project = await projectWith();
  const before = (await project.read()).contentHash;
  await change(project.path);
  expect((await project.read()).contentHash).not.toBe(before);
});

test("a context or Dockerfile that is not there is told with its path and the setting", async () => {
  await using project = await projectWith();
  await expect(project.read({ context: "trainr" })).rejects.toMatchObject({
    code: "settings_invalid",
    setting: "build.context",
    message: expect.stringMatching(/There is no directory .*\/trainr, .*nearest package\.json/),
  });
  await expect(project.read({ dockerfile: "cuda.Dockerfile" })).rejects.toMatchObject({
    setting: "build.dockerfile",
    message: expect.stringMatching(/"trainer" has no file "cuda\.Dockerfile"/),
  });
  await expect(project.read({ dockerfile: "../Dockerfile" })).rejects.toThrow(
    /lies outside its build context/,
  );
});

test("a Dockerfile that the .dockerignore leaves out is sent all the same", async () => {
  await using project = await projectWith({ ...FILES, ".dockerignore": "Dockerfile\n" });
  const { entries } = await project.read();
  expect(entries.filter(({ path }) => path === "Dockerfile")).toHaveLength(1);
});

test("what no image can have, such as a socket, is left out", async () => {
  await using project = await projectWith();
  const server = createServer().listen(project.path("socket"));
  await once(server, "listening");
  const { entries } = await project.read();
  await new Promise((closed) => server.close(closed));
  expect(entries.map(({ path }) => path)).not.toContain("socket");
});
