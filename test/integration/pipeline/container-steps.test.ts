import { appendFile, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Usage } from "../../../src/model/index.ts";
import { attemptPaths, workspacePaths } from "../../../src/workspace/paths.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { runJson, stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { tarOf } from "../../fixtures/tar.ts";
import { engineWithImages, TEST_LABELS } from "../docker/image-fixture.ts";
import { letExitsGo, runningContainer } from "./held-commands.ts";
import { outputOf, runPipeline, stepRunsOf } from "./pipeline-support.ts";
import { oncePrinted } from "./rendezvous.ts";
import { docker, runPipeline as endedRun, leftoversOf, NOTHING, open } from "./support.ts";

const IMPORTS =
  'import { writeFile } from "node:fs/promises";\nimport { containerStep, directory, file, pipeline, step } from "stepdock";\nimport * as z from "zod";\n';

/** What a command can see and do in its container, as text. */
const LOOK = [
  'echo "$@"',
  'echo "epochs $STEPDOCK_INPUT_EPOCHS colour $COLOUR"',
  "cat /stepdock/inputs/days.json",
  'echo " $(ls /stepdock) $(ls /stepdock/inputs)"',
  "touch /x 2>/dev/null || echo read-only",
  "touch /stepdock/inputs/x 2>/dev/null || echo inputs read-only",
  "ping -c 1 127.0.0.2 >/dev/null 2>&1; ls /sys/class/net",
].join("; ");

const fitFiles = (image: string, mark: string) => ({
  "pipeline.ts": `${IMPORTS}
export const load = step({
  name: "load",
  outputs: { days: z.array(z.number()), table: file({ name: "t.csv" }) },
  run: async (_, { outputs }) => {
    await writeFile(outputs.table.path, "a,b");
    return { days: [1, 2] };
  },
});
export const fit = containerStep({
  name: "fit",
  image: "${image}",
  inputs: { days: z.array(z.number()), epochs: z.int().default(3), table: file() },
  outputs: { seen: z.string(), loss: z.object({ mean: z.number() }), plots: directory() },
  command: ["sh", "-c", ${JSON.stringify(`(${LOOK}) > $STEPDOCK_OUTPUT_SEEN_PATH; echo '{"mean": 0.5}' > /stepdock/outputs/loss.json; cp $1 $2`)},
    "sh"],
  args: [({ inputs }) => inputs.table.path, ({ outputs }) => outputs.plots.path, "--days", ({ inputs }) => inputs.days.value.length, ({ outputs }) => outputs.loss.path],
  environment: { COLOUR: "red" },
});
export const tell = containerStep({
  name: "tell",
  build: { context: "teller", args: { BASE: "${image}" } },
  output: z.string(),
  command: ["cp", "/text.txt", ({ outputs }) => outputs.output.path],
});
export const join = step({ name: "join", inputs: { mean: z.object({ mean: z.number() }), text: z.string(), plots: directory() }, output: z.string(),
  run: async ({ mean, text, plots }) => [text, mean.mean, ...(await plots.files())].join(" ") });
export const all = pipeline({ name: "all", define: () => {
  const { loss, plots } = fit(load());
  return { result: join({ mean: loss, text: tell(), plots }) };
} });
`,
  "teller/Dockerfile": `ARG BASE\nFROM \${BASE}\n# ${mark}\nCOPY . /\n`,
  "teller/text.txt": "told",
  "teller/.dockerignore": "*.log\n",
});

const plan = async (project: Project): Promise<string> => {
  const { stdout, stderr } = await stepdock(["plan", "pipeline.ts"], { cwd: project.directory });
  return stdout + stderr;
};

/** The image that a command's build had made, by its own label. */
const removeBuilt = async (project: Project): Promise<void> => {
  await using workspace = await open(project);
  const label = [`dev.stepdock.workspace=${workspace.metadata.workspaceId}`, "dev.stepdock.image=container"];
  for (const { Id } of await docker.listImages({ filters: { label } }))
    await docker.getImage(Id).remove({ force: true });
};

test("commands in any image take and give typed values, with few rights; what changed them is found again", async () => {
  await using images = await engineWithImages();
  const image = images.name();
  await images.images.tag(await ensureBusyboxImage(docker), image);
  await using project = await createProject(fitFiles(image, image));
  await using _ = { [Symbol.asyncDispose]: () => removeBuilt(project) };

  const first = await runPipeline(project);
  expect(first.executed).toEqual(["fit", "join", "load", "tell"]);
  expect(await outputOf(project, first, "join")).toBe("told 0.5 t.csv");
  expect(await outputOf(project, first, "fit", "seen")).toBe(
    [
      "/stepdock/inputs/table/t.csv /stepdock/outputs/plots --days 2 /stepdock/outputs/loss.json",
      "epochs 3 colour red",
      "[1,2] inputs\noutputs days.json\nepochs.json\ntable",
      "read-only",
      "inputs read-only",
      "lo",
    ].join("\n"),
  );
  expect((await stepRunsOf(project, first)).fit).toMatchObject({ image, exitCode: 0, attempt: 1 });
  expect(await leftoversOf(project)).toEqual(NOTHING);

  await utimes(project.path("teller/text.txt"), 1, 1);
  await project.write({ "teller/noise.log": "nobody reads this" });
  const renamed = images.name();
  await images.images.tag(image, renamed);
  await project.edit("pipeline.ts", `image: "${image}"`, `image: "${renamed}"`);
  expect((await runPipeline(project)).executed).toEqual([]);

  await appendFile(project.path("teller/text.txt"), " again");
  const context = tarOf({ Dockerfile: `FROM ${image}\nENV MORE=1\n` });
  await images.images.build({ context, dockerfile: "Dockerfile", tag: renamed, labels: TEST_LABELS });
  const planned = await plan(project);
  expect(planned).toMatch(/fit +run +changed: environment image\n/);
  expect(planned).toMatch(/tell +run +changed: environment build context\n/);
  await project.edit("pipeline.ts", '"--days"', '"--number"');
  const again = await runPipeline(project);
  expect(again.executed).toEqual(["fit", "join", "tell"]);
  expect(await outputOf(project, again, "join")).toBe("told again 0.5 t.csv");
});

const shell = (name: string, script: string, more = "") =>
  `export const ${name} = containerStep({ name: "${name}", image, command: ["sh", "-c", ${JSON.stringify(script)}], ${more} });\n`;

const FAILING = `${IMPORTS}const image = "stepdock-test/busybox:latest";
${shell("exits", "echo reading >&2; echo no such table; until [ -e /stepdock/outputs/go ]; do usleep 20000; done; exit 65")}
${shell("silent", "true", "outputs: { model: z.object({}) }")}
${shell("untyped", `echo '{"days":[{"rain":"wet"}]}' > $STEPDOCK_OUTPUT_OUTPUT_PATH`, "output: z.object({ days: z.array(z.object({ rain: z.number() })) })")}
${shell("planted", "ln -s /etc/passwd /stepdock/outputs/output.txt", "output: z.string()")}
${shell("slow", "sleep 600", "timeout: 1, stopGracePeriod: 0")}
${shell("offline", "wget -q http://example.org", "retry: { maxRetries: 1, delay: 0 }")}
export const absent = containerStep({ name: "absent", image, command: ["python", "train.py"] });
export const throws = containerStep({ name: "throws", image, inputs: { n: z.number() },
  command: [({ inputs }) => { throw new RangeError("no " + inputs.n.value); }] });
export const failing = pipeline({ name: "failing", define: () => {
  exits(); silent(); untyped(); planted(); slow(); offline(); absent(); throws({ n: 3 });
} });
export const nowhere = pipeline({ name: "nowhere", define: () => {
  containerless();
} });
export const containerless = containerStep({ name: "containerless", build: { context: "nothing" }, output: z.string() });
`;

test("how a command failed is told in its own words, with what was missing or wrong and where", async () => {
  await ensureBusyboxImage(docker);
  await using project = await createProject({ "pipeline.ts": FAILING });
  const { promise: held, resolve, reject } = Promise.withResolvers<number>();
  const ended = await endedRun(project, "failing", {
    onSpawn: (child) => child.stdout?.once("data", () => letExitsGo(project).then(resolve, reject)),
  });
  expect(ended.status).toBe(1);
  const message = (step: string) => ended.failure(step).message;
  expect(ended.failure("exits")).toMatchObject({ kind: "exit_code", exitCode: 65 });
  expect(message("exits")).toMatch(
    /command ended with exit code 65\. Its last lines:\n(?:.*\n)* {2}\| no such table/,
  );
  const { peakMemoryBytes, cpuSeconds, wallSeconds } = Usage.parse(ended.step("exits").metadata.usage);
  expect(peakMemoryBytes).toBeGreaterThan(0);
  expect(cpuSeconds).toBeGreaterThan(0);
  expect(wallSeconds).toBeGreaterThanOrEqual(await held);
  expect(ended.failure("silent").kind).toBe("wrong_output");
  expect(message("silent")).toContain(
    'output "model" is not there: it was expected at /stepdock/outputs/model.json',
  );
  expect(ended.failure("untyped").kind).toBe("wrong_output");
  expect(message("untyped")).toMatch(
    /"output" is not of its declared type: at days\[0\]\.rain: expected number/,
  );
  expect(message("planted")).toMatch(/"output" cannot be read: it is a link/);
  expect(ended.failure("slow")).toMatchObject({ kind: "timeout" });
  expect(ended.step("offline")).toMatchObject({ attempt: 2, failure: { kind: "exit_code" } });
  expect(message("offline")).toContain('settings: { network: "bridge" }');
  expect(ended.failure("absent")).toMatchObject({ kind: "not_started", retryable: false });
  expect(message("absent")).toMatch(/not found in image stepdock-test\/busybox:latest/);
  expect(ended.failure("throws")).toMatchObject({ kind: "threw", name: "RangeError", message: "no 3" });
  expect(ended.failure("throws").stack).toContain("pipeline.ts");
  expect(await leftoversOf(project)).toEqual(NOTHING);

  const local = await runJson(["pipeline.ts", "failing", "--stack", "local"], { cwd: project.directory });
  expect(local).toMatchObject({ status: 2, stderr: expect.stringContaining("stack local_docker") });
  const nowhere = await runJson(["pipeline.ts", "nowhere"], { cwd: project.directory });
  expect(nowhere.status).toBe(2);
  expect(nowhere.stderr).toMatch(/There is no directory .*\/nothing, .*relative to the directory/);
});

const HELD = `${IMPORTS}
export const hold = containerStep({ name: "hold", image: "stepdock-test/busybox:latest", output: z.string(),
  command: ["sh", "-c", "echo hold is here; while [ ! -e /stepdock/outputs/go ]; do sleep 0.05; done; echo held > $STEPDOCK_OUTPUT_OUTPUT_PATH"] });
export const held = pipeline({ name: "held", define: () => ({ result: hold() }) });
`;

test("a command whose orchestrator died is adopted, and what it wrote meanwhile is collected", async () => {
  await ensureBusyboxImage(docker);
  await using project = await createProject({ "pipeline.ts": HELD });
  const killed = await runJson(["pipeline.ts"], {
    cwd: project.directory,
    onSpawn: oncePrinted(
      (said) => said.includes('"text":"hold is here"'),
      (child) => child.kill("SIGKILL"),
    ),
  });
  expect(killed.signal).toBe("SIGKILL");
  const run = killed.events.find(({ event }) => event === "run_started") as { runId: string };
  const where = { runId: run.runId, invocationId: "hold", attempt: 1 };
  const { exchange } = attemptPaths(workspacePaths(project.path(".stepdock")), where);
  await writeFile(join(exchange, "outputs/go"), "");
  const resumed = await stepdock(["resume", "latest"], { cwd: project.directory });
  expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0);
  const value = await stepdock(["artifact", "latest", "hold.output"], { cwd: project.directory });
  expect(value.stdout.trim()).toBe("held");
  await using workspace = await open(project);
  const steps = await workspace.metadata.listStepRuns(run.runId);
  expect(steps).toMatchObject([{ status: "completed", attempt: 1, exitCode: 0 }]);
  expect(Usage.parse(steps[0]?.metadata.usage).wallSeconds).toBeGreaterThan(0);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});

const SECRETIVE = `${IMPORTS}
const options = { image: "stepdock-test/busybox:latest", secrets: ["API_KEY"], output: z.number() } as const;
const command = ["sh", "-c", 'echo "$API_KEY is $(cat /run/secrets/API_KEY)"; wc -c < /run/secrets/API_KEY > /stepdock/outputs/output.txt'];
const held = ["sh", "-c", command[2] + "; until [ -e /run/secrets/go ]; do usleep 20000; done"];
export const quiet = containerStep({ name: "quiet", ...options, command: held });
export const open = containerStep({ name: "open", ...options, command, secretsAs: "environment" });
export const secretive = pipeline({ name: "secretive", define: () => { quiet(); open(); } });
`;

/** What the engine tells of the container of `quiet`, which then may end. */
const inspectQuiet = async (project: Project): Promise<string> => {
  const told = await (await runningContainer(project, "quiet")).inspect();
  const secrets = told.Mounts.find(({ Destination }) => Destination === "/run/secrets");
  expect(secrets).toMatchObject({ RW: false });
  await writeFile(join(secrets?.Source ?? "", "go"), "");
  return JSON.stringify(told);
};

test("a command has its secrets as files, of which `docker inspect` tells nothing, as variables where that is asked for, and they are masked in its log", async () => {
  await ensureBusyboxImage(docker);
  await using project = await createProject({ "pipeline.ts": SECRETIVE });
  const secret = "open sesame 1234";
  const { promise: inspected, resolve, reject } = Promise.withResolvers<string>();
  const ran = await runPipeline(project, [], {
    env: { API_KEY: secret, STEPDOCK_SECRETS_DIR: project.path("secrets") },
    onSpawn: (child) => child.stdout?.once("data", () => inspectQuiet(project).then(resolve, reject)),
  });
  const told = await inspected;
  for (const spelling of [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)])
    expect(told).not.toContain(spelling);
  expect(await outputOf(project, ran, "quiet")).toBe(secret.length);
  const lines = ran.events.flatMap((event) =>
    event.event === "step_log" ? [[event.invocation, event.text]] : [],
  );
  expect(Object.fromEntries(lines)).toEqual({ quiet: " is ***", open: "*** is ***" });
  expect(JSON.stringify(ran.events)).not.toContain(secret);
  const left = await readdir(project.path("secrets"), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
});
