import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportRun, NoWorkspaceError, resume, status, stop } from "../../../src/host.ts";
import { componentCli } from "./component-cli.ts";

test.each([
  "resume latest",
  "stop latest",
  "show latest",
  "logs latest step",
  "artifact latest step",
  "export latest",
  "rerun latest step",
  "shell latest step",
])(
  "where there is no workspace, `stepdock %s` says so and how to have one, and makes none",
  async (words) => {
    await using cli = await componentCli();
    const root = cli.project.path(".stepdock");
    expect(await cli.call(words)).toMatchObject({
      exit: 2,
      err: expect.stringMatching(
        /There is no workspace at .*\.stepdock yet: the first `stepdock run` makes it/,
      ),
    });
    expect(existsSync(root)).toBe(false);
  },
);

test.each([
  ["runs", { exit: 0 }],
  ["artifacts", { exit: 0 }],
  ["clean", { exit: 0 }],
  ["stack list", { exit: 0, out: expect.stringContaining("local_docker") }],
  ["stack describe local", { exit: 0, out: expect.stringContaining("orchestrator") }],
  ["orchestrator list", { exit: 0, out: expect.stringContaining("local_docker") }],
  ["orchestrator describe local", { exit: 0, out: expect.stringContaining("maxParallelism") }],
  ["orchestrator flavor list", { exit: 0, out: expect.stringContaining("local_docker") }],
  ["stack delete mine", { exit: 2, err: expect.stringContaining('no stack "mine"') }],
  ["stack delete local", { exit: 2, err: expect.stringContaining("built in") }],
  ["orchestrator update mine", { exit: 2, err: expect.stringContaining('no orchestrator "mine"') }],
  ["orchestrator delete mine", { exit: 2, err: expect.stringContaining('no orchestrator "mine"') }],
  ["orchestrator flavor delete mine", { exit: 2, err: expect.stringContaining('no flavor "mine"') }],
])(
  "where there is no workspace, `stepdock %s` tells what there is without, and makes none",
  async (words, told) => {
    await using cli = await componentCli();
    expect(await cli.call(words)).toMatchObject(told);
    expect(existsSync(cli.project.path(".stepdock"))).toBe(false);
  },
);

test.each([
  ["import none.zst", /none\.zst cannot be imported: there is no such file/],
  ["run none.ts", /There is no file .*none\.ts/],
  ["plan none.ts", /There is no file .*none\.ts/],
])("where there is no workspace and no such file, `stepdock %s` makes none", async (words, told) => {
  await using cli = await componentCli();
  expect(await cli.call(words)).toMatchObject({ exit: 2, err: expect.stringMatching(told) });
  expect(existsSync(cli.project.path(".stepdock"))).toBe(false);
});

test.each<[string, (workspace: string) => Promise<unknown>]>([
  ["resume", (workspace) => resume("latest", { workspace })],
  ["stop", (workspace) => stop("latest", { workspace })],
  ["status", (workspace) => status("latest", { workspace })],
  ["exportRun", (workspace) => exportRun("latest", { workspace })],
])("where there is no workspace, `%s` of a program throws, and makes none", async (_, act) => {
  await using cli = await componentCli();
  const root = join(cli.project.directory, "none");
  await expect(act(root)).rejects.toBeInstanceOf(NoWorkspaceError);
  expect(existsSync(root)).toBe(false);
});
