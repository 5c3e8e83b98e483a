import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { jsonLines } from "./support.ts";

let project: Project;

beforeAll(async () => {
  project = await createProject({});
});
afterAll(() => project[Symbol.asyncDispose]());

interface Check {
  readonly check: string;
  readonly status: string;
  readonly detail: string;
}

const doctor = async (env: Record<string, string> = {}) => {
  const { stdout, status } = await stepdock(["doctor", "--json"], { cwd: project.directory, env });
  const checks = jsonLines<Check>(stdout);
  return { status, checks: Object.fromEntries(checks.map((each) => [each.check, each])) };
};

test("where there is no workspace, its place is checked, and none is made", async () => {
  const before = await readdir(project.directory);
  const { status, checks } = await doctor();
  expect(status).toBe(0);
  expect(Object.keys(checks)).toEqual([
    ...["node", "workspace", "workspace disk"],
    ...["engine", "engine resources", "engine disk", "bind mount"],
  ]);
  expect(checks.workspace?.detail).toContain("the first `stepdock run` makes it");
  expect(checks["bind mount"]?.detail).toContain(`belongs to uid ${process.getuid?.()}`);
  expect(await readdir(project.directory)).toEqual(before);
});

test("everything is checked, through a real container, and nothing of that is left", async () => {
  await using made = await openWorkspace(project.path(".stepdock"));
  const { status, checks } = await doctor();
  expect(status).toBe(0);
  expect(checks.workspace?.detail).toContain(made.metadata.workspaceId);
  expect(Object.keys(checks)).toEqual([
    ...["node", "workspace", "records", "workspace disk"],
    ...["engine", "engine resources", "engine disk", "bind mount"],
  ]);
  expect(Object.values(checks).filter((each) => each.status === "problem")).toEqual([]);
  expect(checks.engine?.detail).toMatch(/API \d.*linux\/(amd64|arm64)/);
  expect(checks["engine resources"]?.detail).toMatch(/^\d+ CPUs, [\d.]+ GB of memory$/);
  expect(checks["bind mount"]?.detail).toContain(`belongs to uid ${process.getuid?.()}`);
  expect((await readdir(project.path(".stepdock"))).filter((name) => name.startsWith("doctor"))).toEqual([]);
});

test("without an engine the rest is checked all the same, and the status is 3", async () => {
  const { status, checks } = await doctor({ DOCKER_HOST: "tcp://127.0.0.1:1" });
  expect(status).toBe(3);
  expect(checks.records?.status).toBe("ok");
  expect(checks.engine).toMatchObject({ status: "problem", code: "engine_unavailable" });
  expect(checks["bind mount"]).toBeUndefined();
});

test("a workspace whose records are no database is told, with status 2", async () => {
  await project.write({ "other/stepdock.db": "this is no database, whatever its name says it is" });
  const { status, checks } = await doctor({ STEPDOCK_HOME: project.path("other") });
  expect(status).toBe(2);
  expect(checks.workspace).toMatchObject({ status: "problem", code: "workspace_invalid" });
});
