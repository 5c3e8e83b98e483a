import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepTrackOf } from "../../fixtures/children.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { docker, type EndedRun, leftoversOf, NOTHING, outputOf, runPipeline } from "./support.ts";

const CLI = resolve(import.meta.dirname, "../../../dist/src/cli/main.js");

const PIPELINE = `
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const make = step({ name: "make", output: z.int(), run: () => 42 });
export const use = step({ name: "use", inputs: { n: z.int() }, output: z.int(), environment: { MINE: "yes" },
  settings: { resources: { memory: "64MB" } }, run: ({ n }) => n });
export const both = pipeline({ name: "both", define: () => { use({ n: make() }); } });
`;

let project: Project;
let run: EndedRun;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
  run = await runPipeline(project, "both");
}, 120_000);
afterAll(() => project[Symbol.asyncDispose]());

/** What a shell in the environment of a step says to a script on its standard input. */
const shell = (step: string, script: string) =>
  stepdock(["shell", run.run.id, step], {
    cwd: project.directory,
    prefix: ["sh", "-c", 'printf "%s\\n" "$SCRIPT" | "$@"', "sh"],
    env: { SCRIPT: script },
  });

test("a shell has the user, the variables, the mounts and the limits of the step, and what it is told on a pipe", async () => {
  const { path } = await outputOf(project, run.step("make"));
  const { path: published } = await outputOf(project, run.step("use"));
  const script = [
    "cat /proc/self/status",
    'echo "mine $MINE, step $ZENML_STEP_NAME, input $STEPDOCK_INPUT_n"',
    `touch ${published}/x || echo "published is safe"`,
    'touch "$STEPDOCK_OUTPUTS/output/x" && echo "scratch is writable"',
    "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max",
    "ls /sys/class/net",
    "exit 3",
  ].join("\n");
  const { status, stdout, stderr } = await shell("use", script);
  expect(status, stderr).toBe(3);
  expect(stdout).toMatch(new RegExp(`Uid:\\s${process.getuid?.()}\\s`));
  expect(stdout).toMatch(/CapEff:\s0+\n/);
  expect(stdout).toMatch(/NoNewPrivs:\s1\n/);
  expect(stdout).toContain(`mine yes, step use, input ${path}`);
  expect(stdout).toContain("published is safe");
  expect(stdout).toContain("scratch is writable");
  expect(stdout).toContain("64000000");
  expect(stdout).toMatch(/^lo$/m);
  expect(stdout).not.toMatch(/^eth0$/m);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("on a terminal the shell has one, too", async () => {
  const command = [process.execPath, CLI, "shell", run.run.id, "make"].join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    ...{ cwd: project.directory, stdio: ["pipe", "pipe", "pipe"] },
    env: { ...process.env, TERM: "dumb" },
  });
  keepTrackOf(child, project.directory);
  let said = "";
  let told = false;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    // The prompt.
    if (told || !/[$#] /.test(said)) return;
    told = true;
    child.stdin.write("test -t 0 && echo it is a ter''minal; exit 7\n");
  });
  const status = await new Promise((end) => child.on("close", end));
  expect(said).toContain("it is a terminal");
  expect(status).toBe(7);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

test("a step that is not there, or never ran in a container, has no environment", async () => {
  const unknown = await shell("sue", "true");
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/has no step "sue"\. There are: make, use/);
  const local = await runPipeline(project, "both", { args: ["--stack", "local", "--no-cache"] });
  const none = await stepdock(["shell", local.run.id, "make"], { cwd: project.directory });
  expect(none.status).toBe(2);
  expect(none.stderr).toMatch(/There is no environment of "make".*it never ran in a container/);
});

/** Replaces the image of a step by one without a shell until it is disposed. */
const withoutShell = async (reference: string): Promise<AsyncDisposable> => {
  const { Id: original } = await docker.getImage(reference).inspect();
  const [repo = "", tag = ""] = reference.split(":");
  const program = `const fs = require("node:fs");
for (const directory of process.env.PATH.split(":")) fs.rmSync(directory + "/sh", { force: true });`;
  const container = await docker.createContainer({
    ...{ Image: reference, Entrypoint: ["node", "-e", program], Cmd: [], User: "0:0" },
  });
  await container.start();
  await container.wait();
  const { Id } = await container.commit({ repo, tag });
  await container.remove();
  return {
    [Symbol.asyncDispose]: async () => {
      await docker.getImage(original).tag({ repo, tag });
      await docker.getImage(Id).remove({ force: true });
    },
  };
};

test("in an image without a shell this machine's busybox stands in for it", async () => {
  const image = run.step("use").image ?? expect.unreachable();
  await using _ = await withoutShell(image);
  const { status, stdout, stderr } = await shell("use", "cat /proc/self/comm; echo $MINE; which sh; exit 4");
  expect(status, stderr).toBe(4);
  expect(stdout).toMatch(/yes\n\/tmp\/\.stepdock\/sh\n$/);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
