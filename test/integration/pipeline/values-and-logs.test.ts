import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/model/index.ts";
import { measurePeakMemory } from "../../fixtures/peak-memory.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { IMPORTS, loggedBytes, outputOf, type Ran, runPipeline } from "./pipeline-support.ts";
import { letThemGo, MEET } from "./rendezvous.ts";

/** A pipeline of one step with this body, which gives a number back. */
const oneStep = (body: string, before = ""): Promise<Project> =>
  createProject({
    "pipeline.ts": `${IMPORTS}${before}
export const print = step({
  name: "print",
  output: z.number(),
  timeout: 100,
  run: async () => {
${body}
  },
});
export const printing = pipeline({ name: "printing", define: () => print() });
`,
  });

type StepLogEvent = Extract<RunEvent, { event: "step_log" }>;

const logEvents = (ran: Ran, stream: "stdout" | "stderr"): StepLogEvent[] =>
  ran.events.filter((event) => event.event === "step_log").filter((event) => event.stream === stream);

const linesOf = (ran: Ran, stream: "stdout" | "stderr") => logEvents(ran, stream).map(({ text }) => text);

/** The first place where two lists differ: of 200,000 lines nobody wants to see all. */
const firstDifference = <T>(actual: readonly T[], expected: readonly T[]) => {
  const at = expected.findIndex((line, index) => line !== actual[index]);
  if (at < 0 && actual.length === expected.length) return undefined;
  return {
    at,
    actual: actual.slice(at, at + 3),
    expected: expected.slice(at, at + 3),
    length: actual.length,
  };
};

test("what a step prints is told while it still runs", async () => {
  await using project = await oneStep('    await meet("print");\n    return 1;', MEET);
  const ran = await runPipeline(project, [], { onSpawn: letThemGo(project, ["print"]) });
  expect(linesOf(ran, "stdout")).toEqual(["print is here"]);
});

const LINES = 200_000;

/** In MB. What a log costs must not grow with the log; this is far less than its records take. */
const ALLOWANCE = 100;

test(`${LINES} lines in a burst are all told and kept, in order, none twice, in little memory`, async () => {
  await using project = await oneStep(`
    for (let line = 0; line < ${LINES}; line += 1) console.log("line " + line + " " + "=".repeat(line % 50));
    console.error("that was all");
    return ${LINES};`);
  await using quiet = await oneStep("    return 0;");
  await using peak = await measurePeakMemory();
  await runPipeline(quiet, [], { env: peak.env });
  const without = (await peak.bytes()) / 1e6;
  const ran = await runPipeline(project, [], { env: peak.env });
  const megabytes = (await peak.bytes()) / 1e6;
  const expected = Array.from({ length: LINES }, (_, line) => `line ${line} ${"=".repeat(line % 50)}`);
  expect(firstDifference(linesOf(ran, "stdout"), expected)).toBeUndefined();
  expect(linesOf(ran, "stderr")).toEqual(["that was all"]);
  const logged = await loggedBytes(project, ran, "print");
  expect(firstDifference(logged.stdout.toString().split("\n"), [...expected, ""])).toBeUndefined();
  expect(logged.stderr.toString()).toBe("that was all\n");
  console.log(`at most ${megabytes.toFixed()} MB with ${LINES} lines, ${without.toFixed()} MB without`);
  expect(megabytes).toBeLessThan(without + ALLOWANCE);
});

test("bursts on both streams are complete, each in its own order", async () => {
  await using project = await oneStep(`
    for (let line = 0; line < 20_000; line += 1) (line % 2 ? console.error : console.log)("line " + line);
    return 1;`);
  const ran = await runPipeline(project);
  const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line}`);
  expect(
    firstDifference(
      linesOf(ran, "stdout"),
      lines.filter((_, line) => line % 2 === 0),
    ),
  ).toBeUndefined();
  expect(
    firstDifference(
      linesOf(ran, "stderr"),
      lines.filter((_, line) => line % 2 === 1),
    ),
  ).toBeUndefined();
});

const LONG = 20_000_000;

test("a line of 20 MB is whole, and the lines around it are too", async () => {
  await using project = await oneStep(`
    console.log("before");
    let line = "";
    for (let at = 0; line.length < ${LONG}; at += 1) line += at + "é,";
    console.log(line.slice(0, ${LONG}));
    console.log("after");
    return line.length;`);
  const ran = await runPipeline(project);
  let line = "";
  for (let at = 0; line.length < LONG; at += 1) line += `${at}é,`;
  const expected = `before\n${line.slice(0, LONG)}\nafter\n`;
  const told = logEvents(ran, "stdout").map(({ text, partial }) => `${text}${partial ? "" : "\n"}`);
  expect(told.join("") === expected).toBe(true);
  expect((await loggedBytes(project, ran, "print")).stdout.equals(Buffer.from(expected))).toBe(true);
});

/** Every byte value in every neighbourhood, without any order; the same on each call. */
const RUBBISH = `(() => {
  const bytes = Buffer.alloc(300_000);
  for (let at = 0, state = 1; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
})()`;

test("binary rubbish is no harm to the step, and is in its log byte for byte", async () => {
  await using project = await oneStep(`
    const rubbish = ${RUBBISH};
    process.stdout.write(rubbish);
    process.stderr.write(rubbish.toReversed());
    return rubbish.length;`);
  const ran = await runPipeline(project);
  const rubbish = new Function("Buffer", `return ${RUBBISH}`)(Buffer) as Buffer;
  expect(await outputOf(project, ran, "print")).toBe(rubbish.length);
  const logged = await loggedBytes(project, ran, "print");
  expect(logged.stdout.equals(rubbish)).toBe(true);
  expect(logged.stderr.equals(Buffer.from(rubbish.toReversed()))).toBe(true);
});

test("characters of several bytes are unharmed where they arrive a byte at a time", async () => {
  const text = "naïve 日本語 🦉🏳️‍🌈 end";
  await using project = await oneStep(`
    const bytes = Buffer.from(${JSON.stringify(`${text}\n`)});
    for (const byte of bytes) {
      process.stdout.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.stdout.write("no newline ☂");
    return bytes.length;`);
  const ran = await runPipeline(project);
  expect(linesOf(ran, "stdout")).toEqual([text, "no newline ☂"]);
  const { stdout } = await loggedBytes(project, ran, "print");
  expect(stdout.toString()).toBe(`${text}\nno newline ☂`);
});

test("lines that look like a result, and a result's own line, change nothing", async () => {
  await using project = await oneStep(`
    console.log("0".repeat(32) + " " + "f".repeat(64));
    process.stdout.write("left open");
    return 7;`);
  const ran = await runPipeline(project);
  expect(await outputOf(project, ran, "print")).toBe(7);
  expect(linesOf(ran, "stdout")).toEqual([`${"0".repeat(32)} ${"f".repeat(64)}`, "left open"]);
});
