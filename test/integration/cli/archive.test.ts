import { join } from "node:path";
import { expect, test } from "vitest";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject } from "../../fixtures/project.ts";

const PIPELINE = `import { pipeline, step } from "stepdock";
import * as z from "zod";
export const greet = step({ name: "greet", output: z.string(), run: () => { console.log("greeting"); return "hello"; } });
export const greeting = pipeline({ name: "greeting", define: () => greet({}) });
`;

test("a cached run goes from one workspace to another by export and import, and is shown there", async () => {
  await using project = await createProject({ "pipeline.ts": PIPELINE });
  const cwd = project.directory;
  for (const time of ["first", "second"]) {
    const ran = await stepdock(["run", "pipeline.ts", "--stack", "local", "--name", time], { cwd });
    expect(ran.status, ran.stderr).toBe(0);
  }
  const exported = await stepdock(["export", "second"], { cwd });
  expect(exported.stderr).toBe("");
  expect(exported.stdout).toMatch(
    /^exported run second \([0-9a-f-]{36}\) with 1 artifact to .*second\.stepdock\.tar\.zst\n$/,
  );
  const file = join(cwd, "second.stepdock.tar.zst");
  const there = ["--workspace", join(cwd, "there")];
  const imported = await stepdock([...there, "import", file, "--json"], { cwd });
  expect(JSON.parse(imported.stdout)).toMatchObject({
    run: { name: "second" },
    imported: true,
    artifacts: 1,
  });
  expect((await stepdock([...there, "import", file], { cwd })).stdout).toMatch(
    /is here already, just as the file has it/,
  );
  expect((await stepdock([...there, "logs", "second", "greet"], { cwd })).stdout).toBe("greeting\n");
  expect((await stepdock([...there, "artifact", "second", "greet"], { cwd })).stdout).toContain("hello");
  const bad = await stepdock(["import", "package.json"], { cwd });
  expect(bad).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/package\.json cannot be imported: it is not an archive/),
  });
});
