import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { documentedCommands, documentedFiles } from "../../fixtures/documented-code.ts";
import { createProject } from "../../fixtures/project.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const PAGE = "custom-orchestrators.md";

/** Of a user's who is as strict as we are. */
const TSCONFIG = JSON.stringify({
  extends: resolve(REPOSITORY, "tsconfig.json"),
  compilerOptions: { skipLibCheck: true },
  include: ["**/*.ts"],
});

test("what the guide to orchestrators of one's own says compiles, is registered by its commands, and runs", async () => {
  const { "stepdock.config.ts": config = "", ...files } = documentedFiles(PAGE);
  await using project = await createProject({ ...files, "tsconfig.json": TSCONFIG });
  await symlink(resolve(REPOSITORY, "node_modules/@types"), project.path("node_modules/@types"));
  await project.write({ "declared/stepdock.config.ts": config.replace('"./', '"../') });
  execFileSync(resolve(REPOSITORY, "node_modules/.bin/tsc"), ["-p", project.directory], {
    stdio: ["ignore", "inherit", "inherit"],
  });

  const ended = [];
  for (const args of documentedCommands(PAGE))
    ended.push({ args, ...(await stepdock(args, { cwd: project.directory })) });
  expect(ended.map(({ status, stderr }) => [status, stderr])).toEqual(ended.map(() => [0, ""]));
  expect(ended.map(({ args: [first, second] }) => `${first} ${second}`)).toEqual([
    ...["orchestrator flavor", "orchestrator register", "stack register"],
    ...["run pipeline.ts", "artifact latest"],
  ]);
  expect(ended.at(-2)?.stdout).toContain("2 completed");
  expect(ended.at(-1)?.stdout).toBe("84\n");
});
