import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { statusesOf } from "../../fixtures/cli.ts";
import { removeLeftovers, workspaceIdsIn } from "../../fixtures/leftovers.ts";
import { containersOf, type ErrorProject, errorProject, IMPORTS, onlyMessage } from "./support.ts";

const PIPELINE = `${IMPORTS}
export const first = step({ name: "first", output: z.string(), run: () => "small" });
export const large = step({
  name: "large",
  inputs: { text: z.string() },
  outputs: { data: z.instanceof(Uint8Array) },
  run: () => ({ data: new Uint8Array(10_000_000) }),
});
export const last = step({ name: "last", inputs: { data: z.instanceof(Uint8Array) }, run: () => {} });
export const loud = step({ name: "loud", run: () => {
  for (let line = 0; line < 120_000; line += 1) console.log("a line that takes some room on the disk " + line);
} });
export const filling = pipeline({ name: "filling", enableCache: false, define: () => { last({ data: large({ text: first() }).data }); } });
export const talking = pipeline({ name: "talking", define: () => { loud(); } });
export const small = pipeline({ name: "small", enableCache: false, define: () => { first(); } });
`;

const SIZE = "4000k";

/** A workspace on a disk of its own; undefined where this user may not mount one. */
const tinyWorkspace = async (
  project: ErrorProject,
): Promise<(AsyncDisposable & { path: string }) | undefined> => {
  const disk = project.path("disk");
  await mkdir(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", disk], { stdio: "pipe" });
  } catch {
    return undefined;
  }
  const path = `${disk}/workspace`;
  const dispose = async () => {
    for (const id of workspaceIdsIn(disk)) await removeLeftovers(id);
    execFileSync("umount", ["--lazy", disk]);
  };
  return { path, [Symbol.asyncDispose]: dispose };
};

const freeBytes = (path: string): number => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
};

const events = (stdout: string) =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

test("an output that fills the disk is told with its place; nothing is lost, and other runs are fine", async (context) => {
  await using project = await errorProject({ "pipeline.ts": PIPELINE });
  await using workspace = await tinyWorkspace(project);
  if (!workspace) return context.skip("only root may mount a small disk");
  const { path } = workspace;
  const run = (name: string) => project.stepdock(["run", "pipeline.ts", name, "--json", "--workspace", path]);
  const { status, stdout, stderr } = await run("filling");
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(statusesOf(events(stdout))).toEqual({ first: "completed", large: "failed", last: "skipped" });
  const [failure] = events(stdout).flatMap(({ failure }) => failure ?? []);
  expect(failure).toMatchObject({ kind: "output_not_written", name: "OutputWriteError" });
  expect(failure.message).toMatch(
    /^Output "data": (\S+) cannot be written: no space is left on the disk that holds it \(ENOSPC\)\. Free some there, or keep the workspace on another disk \(--workspace\), and run again\.$/,
  );
  expect(failure.message).toContain(`${path}/stores/default/large/data/`);
  expect(freeBytes(path)).toBeGreaterThan(1_000_000);

  const after = await run("small");
  expect(after.status, after.stderr).toBe(0);
  await using opened = await openWorkspace(path);
  const recorded = await opened.metadata.listRuns({ limit: 10 });
  expect(recorded.map(({ pipelineName, status }) => `${pipelineName} ${status}`)).toEqual([
    "small completed",
    "filling failed",
  ]);
  expect(await containersOf(path)).toEqual([]);
  await project.expectNothingLost();
});

test("a log that fills the disk ends the run with one message that names the file", async (context) => {
  await using project = await errorProject({ "pipeline.ts": PIPELINE });
  await using workspace = await tinyWorkspace(project);
  if (!workspace) return context.skip("only root may mount a small disk");
  const { path } = workspace;
  const result = await project.stepdock(["run", "pipeline.ts", "talking", "--workspace", path]);
  expect(result.status).toBe(1);
  expect(onlyMessage(result)).toMatch(new RegExp(`${path}/\\S+: .*(no space|full)`));
  expect(await containersOf(path)).toEqual([]);
  await project.expectNothingLost();
});
