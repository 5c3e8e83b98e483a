import { afterAll, beforeAll, expect, test } from "vitest";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import { attemptPaths, workspacePaths } from "../../../src/workspace/paths.ts";
import { type ErrorProject, errorProject, IMPORTS } from "./support.ts";

/** Every byte, then what takes a terminal over: title, clipboard, screen, mouse, cursor, a report, character sets. */
const RUBBISH = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from(
    "\u001b]0;owned\u0007\u001b]52;c;b3duZWQ=\u0007\u001b[2J\u001b[?1049h\u001b[?1000h\u001b[?25l\u001b[6n\u001bc",
  ),
  Buffer.from(
    "\u001b[1;1H\u009b31m\u009d0;owned\u009c\u000e\u001b(0\u001bP+q544e\u001b\\\u202e\u0008\u007f\n",
  ),
  Buffer.from("and no end of line \u001b[31mred"),
]);

const SOURCE = `${IMPORTS}
import { writeSync } from "node:fs";
const rubbish = Buffer.from("${RUBBISH.toString("base64")}", "base64");
export const loud = step({ name: "loud", run: () => { writeSync(1, rubbish); writeSync(2, rubbish); } });
export const throws = step({ name: "throws", run: () => { throw new Error("bad " + rubbish.toString("latin1")); } });
export const main = pipeline({ name: "main", define: () => { loud(); } });
export const failing = pipeline({ name: "failing", define: () => { throws(); } });
`;

const ESC = "\u001b";

/** What our own renderer may send: colours and weights, moves up, to a column, erasing, the cursor, synchronised frames. */
const OURS = new RegExp(`${ESC}\\[(?:[0-9;]*m|\\d*[AGJK]|\\?25[hl]|\\?2026[hl])`, "g");

const foreignTo = (screen: Buffer): string[] =>
  screen
    .toString("utf8")
    .replace(OURS, "")
    .match(/[^\P{Cc}\r\n\t]|[\u202a-\u202e\u2066-\u2069]/gu) ?? [];

/** Runs the command line at a terminal: \`script\` makes one, and hands on what reaches it. */
const atTerminal = {
  prefix: ["sh", "-c", 'script -qec "$(printf "\'%s\' " "$@")" /dev/null', "sh"],
  env: { NO_COLOR: undefined, CI: "", TERM: "xterm-256color" },
};

let project: ErrorProject;

beforeAll(async () => {
  project = await errorProject({ "pipeline.ts": SOURCE });
});
afterAll(() => project[Symbol.asyncDispose]());

test("a step that prints binary rubbish succeeds, its log has every byte, and the terminal is unharmed", async () => {
  const { status, stdout } = await project.stepdock(["run", "pipeline.ts", "main"], atTerminal);
  expect(status, stdout).toBe(0);
  expect(stdout).toContain("\u001b[?2026h");
  expect(stdout).toContain("loud");
  expect(foreignTo(Buffer.from(stdout))).toEqual([]);
  expect(stdout).not.toMatch(/owned/);

  const [run] = await project.runs();
  const paths = workspacePaths(project.path(".stepdock"));
  const { log } = attemptPaths(paths, { runId: run?.id ?? "", invocationId: "loud", attempt: 1 });
  const { stdout: out, stderr: err } = await logBytes(readLog(log));
  expect(out).toEqual(RUBBISH);
  expect(err).toEqual(RUBBISH);
  await project.expectNothingLost();
});

test("an error whose message is rubbish is told, and the terminal is unharmed", async () => {
  const { status, stdout } = await project.stepdock(["run", "pipeline.ts", "failing"], atTerminal);
  expect(status).toBe(1);
  expect(stdout).toContain("Error: bad");
  expect(foreignTo(Buffer.from(stdout))).toEqual([]);
});
