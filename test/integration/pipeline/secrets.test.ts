import type { ChildProcess } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { workspaceIdOf } from "./pipeline-support.ts";
import { letGo, MEET, oncePrinted } from "./rendezvous.ts";
import { docker, runPipeline } from "./support.ts";

const SECRET = 'hunter2/ "très+secret"~ of mine';
/** As somebody would look for it who has found what a step leaves behind; not as the code under test spells it. */
const SPELLINGS = [
  ...[SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), SECRET.slice(0, 20)],
  ...["", "u", "us"].map((before) =>
    Buffer.from(before + SECRET)
      .toString("base64")
      .slice(4, -4),
  ),
  ...[Buffer.from(SECRET).toString("hex"), new URLSearchParams({ k: SECRET }).toString().slice(2)],
].map((text) => Buffer.from(text));

const project = (): Promise<Project> =>
  createProject({
    ".env": `API_KEY='${SECRET}'\n`,
    "pipeline.ts": `import { pipeline, step } from "stepdock";
import * as z from "zod";
${MEET}
const leave = (text: string): void => {
  console.log("as it is: " + text);
  for (const [at] of [...text].entries()) process.stdout.write(text.slice(at, at + 1));
  console.error(JSON.stringify({ text }), encodeURIComponent(text), new URLSearchParams({ k: text }).toString());
  for (const before of ["", "u", "us"]) console.log(Buffer.from(before + text).toString("base64"));
  console.log(Buffer.from(text).toString("hex"), { text });
};

export const keep = step({ name: "keep", output: z.int(), secrets: ["API_KEY"],
  run: async (_, { secrets }) => { leave(secrets.API_KEY); await meet("keep"); return secrets.API_KEY.length; } });
export const leak = step({ name: "leak", secrets: ["API_KEY"], secretsAs: "environment",
  onFailure: (error, { secrets }) => { throw new Error("hook: " + error.message + secrets.API_KEY); },
  run: async (_, { secrets }) => {
    leave(process.env.API_KEY ?? "nothing");
    await meet("leak");
    leave(secrets.API_KEY);
    throw new Error("no access for " + secrets.API_KEY, { cause: new TypeError(encodeURIComponent(secrets.API_KEY)) });
  } });
export const both = pipeline({ name: "both", define: () => { keep(); leak(); } });
export const hold = step({ name: "hold", output: z.int(), secrets: ["API_KEY"],
  run: async (_, { secrets }) => {
    leave(secrets.API_KEY);
    await meet("hold");
    leave(secrets.API_KEY);
    return 1;
  } });
export const held = pipeline({ name: "held", define: () => { hold(); } });
`,
  });

/** Acts when all of these have been printed. */
const once = (texts: readonly string[], act: (child: ChildProcess) => unknown) =>
  oncePrinted((said) => texts.every((text) => said.includes(text)), act);

const BOTH = ["--max-parallel", "2"];

const spellingsIn = (bytes: Buffer): string[] =>
  SPELLINGS.filter((spelling) => bytes.includes(spelling)).map(String);

/** File → what of the secret is in it. */
const findIn = async (directory: string): Promise<Record<string, string[]>> => {
  const found: Record<string, string[]> = {};
  for (const file of await readdir(directory, { recursive: true })) {
    const path = join(directory, file);
    if (!(await stat(path)).isFile()) continue;
    const spellings = spellingsIn(await readFile(path));
    if (spellings.length > 0) found[file] = spellings;
  }
  return found;
};

/** What the engine tells of the containers of a workspace, all of whose steps wait. */
const inspected = async (workspaceId: string): Promise<Buffer> => {
  const label = [`${LABEL.workspace}=${workspaceId}`];
  const containers = await docker.listContainers({ all: true, filters: { label } });
  expect(containers).not.toEqual([]);
  const records = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
  return Buffer.from(JSON.stringify(records));
};

/** All layers of an image, as `docker save` gives them. */
const saved = async (image: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of await docker.getImage(image).get()) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
};

test("a secret is in nothing that a run leaves, though its step prints, encodes and throws it", async () => {
  await using at = await project();
  let records: Promise<Buffer> | undefined;
  const ran = await runPipeline(at, "both", {
    args: BOTH,
    onSpawn: once(["keep is here", "leak is here"], () => {
      records = workspaceIdOf(at).then(inspected);
      records.finally(() => letGo(at)).catch(() => {});
    }),
  });
  expect(ran.failure("leak")).toMatchObject({ message: "no access for ***", kind: "threw" });
  expect(ran.step("leak").warnings.join()).toContain("hook: no access for ******");
  expect(ran.stdout).toContain("as it is: ***");
  expect(spellingsIn(Buffer.from(ran.stdout + ran.stderr))).toEqual([]);
  expect(spellingsIn((await records) ?? expect.unreachable("nothing was inspected"))).toEqual([]);
  expect(await findIn(at.path(".stepdock"))).toEqual({});
  expect(spellingsIn(await saved(ran.step("leak").image ?? ""))).toEqual([]);

  await at.write({ ".env": "" });
  const without = await stepdock(["run", "pipeline.ts", "both"], { cwd: at.directory });
  expect(without.stdout).toMatch(/step keep: cached/);
  expect(without.stderr).toContain("API_KEY, which leak needs: it is not set");
  expect(without.status).toBe(2);
});

test("a run that died is not resumed without its secrets, and is masked to the end with them", async () => {
  await using at = await project();
  const options = { cwd: at.directory };
  await stepdock(["run", "pipeline.ts", "held", "--json"], {
    ...options,
    onSpawn: once(["hold is here"], (child) => child.kill("SIGKILL")),
  });
  const without = await stepdock(["resume", "latest", "--env-file", "/dev/null"], options);
  expect(without.stderr).toContain("API_KEY, which hold needs: it is not set");
  letGo(at);
  const resumed = await stepdock(["resume", "latest"], options);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(await findIn(at.path(".stepdock"))).toEqual({});
  const { stdout } = await stepdock(["logs", "latest", "hold"], options);
  expect(stdout.split("as it is: ***\n")).toHaveLength(3);
});

test("a step in this process has its secrets, too, and nothing of them is left", async () => {
  await using at = await project();
  await at.write({ "elsewhere.env": `API_KEY_FILE=key.txt\n`, ".env": "", "key.txt": `${SECRET}\n` });
  const args = ["--stack", "local", "--env-file", "elsewhere.env"];
  const ran = await runPipeline(at, "both", {
    args,
    onSpawn: once(["is here"], () => letGo(at)),
  });
  expect(ran.failure("leak")).toMatchObject({ message: "no access for ***" });
  expect(ran.stdout).toContain("as it is: ***");
  expect(spellingsIn(Buffer.from(ran.stdout + ran.stderr))).toEqual([]);
  expect(await findIn(at.path(".stepdock"))).toEqual({});
});
