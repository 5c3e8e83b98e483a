import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ErrorProject, errorProject, onlyMessage } from "./support.ts";

let project: ErrorProject;

beforeAll(async () => {
  project = await errorProject({});
});
afterAll(() => project[Symbol.asyncDispose]());

const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

const refusal = async (workspace: string, prefix: readonly string[] = []): Promise<string> => {
  const args = ["--workspace", workspace, "run", "earlier.ts", "--stack", "local"];
  const result = await project.stepdock(args, { prefix });
  expect(result).toMatchObject({ status: 2, stdout: "" });
  return onlyMessage(result);
};

test("a workspace that may not be written is named, with the ways out", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root may become somebody else");
  await chmod(project.directory, 0o755);
  const path = project.path("mine/workspace");
  await mkdir(project.path("mine"), { mode: 0o755 });
  expect(await refusal(path, NOBODY)).toBe(
    `The workspace ${path} cannot be made: EACCES: permission denied, mkdir '${path}'. ` +
      "Name another directory with --workspace or STEPDOCK_HOME, or make this one writable.",
  );
});

test("a workspace that is a file is named", async () => {
  const path = project.path("package.json");
  expect(await refusal(path)).toMatch(
    /^The workspace \S+package\.json cannot be made: EEXIST: .*Name another directory with --workspace or STEPDOCK_HOME/,
  );
});

test("the database of a newer version is left as it is", async () => {
  const directory = project.path("newer");
  await mkdir(directory);
  await copyFile(project.path(".stepdock/stepdock.db"), `${directory}/stepdock.db`);
  {
    const database = new DatabaseSync(`${directory}/stepdock.db`);
    database.exec("PRAGMA user_version = 99");
    database.close();
  }
  expect(await refusal(directory)).toMatch(
    /^\S+newer\/stepdock\.db was made by stepdock \S+ \(database version 99\); this is stepdock \S+, which knows versions up to \d+\. Nothing in it was changed\. Upgrade stepdock \(`npm install stepdock@latest`\), or name another workspace with --workspace\.$/,
  );
});

test("a database that is none is told as such", async () => {
  const directory = project.path("rubbish");
  await mkdir(directory);
  await writeFile(`${directory}/stepdock.db`, "no database at all ".repeat(100));
  expect(await refusal(directory)).toBe(
    `Could not open the metadata store in ${directory}/stepdock.db: file is not a database. ` +
      "Move it away, or name another workspace with --workspace.",
  );
});

test("nothing of it touched the project's own workspace", async () => {
  expect(await project.runs()).toHaveLength(1);
  await project.expectNothingLost();
});
