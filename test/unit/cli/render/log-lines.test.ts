import { expect, test } from "vitest";
import { CutLines, SHOWN_OF_LINE, WholeLines } from "../../../../src/cli/render/log-lines.ts";

const prefix = (name: string) => `${name} | `;
const line = (invocation: string, text: string, more: { partial?: true; stream?: "stderr" } = {}) => ({
  ...{ invocation, stream: "stdout" as const, text },
  ...more,
});

test("each line has its step's name before it", () => {
  const lines = new WholeLines(prefix);
  expect(lines.log(line("a", "one")) + lines.log(line("b", "two"))).toBe("a | one\nb | two\n");
});

test("a line that comes in pieces stays one line", () => {
  const lines = new WholeLines(prefix);
  const text = lines.log(line("a", "one, ", { partial: true })) + lines.log(line("a", "two"));
  expect(text).toBe("a | one, two\n");
});

test("a line that another step interrupts goes on with its own prefix", () => {
  const lines = new WholeLines(prefix);
  const text = [
    lines.log(line("a", "one, ", { partial: true })),
    lines.log(line("b", "between")),
    lines.log(line("a", "two")),
  ].join("");
  expect(text).toBe("a | one, \nb | between\na | two\n");
});

test("the two streams of a step are two lines", () => {
  const lines = new WholeLines(prefix);
  const text =
    lines.log(line("a", "out", { partial: true })) + lines.log(line("a", "err", { stream: "stderr" }));
  expect(text).toBe("a | out\na | err\n");
});

test("a line of ours ends an unfinished line first", () => {
  const lines = new WholeLines(prefix);
  expect(lines.log(line("a", "x", { partial: true })) + lines.other("step a: completed")).toBe(
    "a | x\nstep a: completed\n",
  );
  expect(lines.finish()).toBe("");
});

test("bytes that are not UTF-8 are shown as replacement characters", () => {
  const bytes = Buffer.from([0x61, 0xff, 0x62]).toString("base64");
  expect(new WholeLines(prefix).log({ invocation: "a", stream: "stdout", bytes })).toBe("a | a\ufffdb\n");
});

test("what would move the cursor, set the title or hide text is left out of both kinds of lines", () => {
  const hostile = "a\u001b[2J\u001b]0;t\u0007b\u202ec\u0008";
  expect(new WholeLines(prefix).log(line("s", hostile))).toBe("s | abc\n");
  expect(new CutLines(prefix).log(line("s", hostile))).toBe("s | abc\n");
});

test("of a line of 20 MB a terminal is shown the beginning, and how much is left out", () => {
  const lines = new CutLines(prefix);
  const piece = "x".repeat(64 * 1024);
  let text = "";
  for (let index = 0; index < 320; index += 1) text += lines.log(line("a", piece, { partial: true }));
  text += lines.log(line("a", "end"));
  const left = 320 * 64 * 1024 + 3 - SHOWN_OF_LINE;
  expect(left).toBe(20_967_427);
  expect(text).toBe(
    `a | ${"x".repeat(SHOWN_OF_LINE)}\na | … 21.0 MB of this line left out; the log has all\n`,
  );
});

test("a long line in one record is cut, too, and not within a character", () => {
  const text = new CutLines(prefix).log(line("a", `${"x".repeat(SHOWN_OF_LINE - 1)}😀tail`));
  expect(text).toBe(
    `a | ${"x".repeat(SHOWN_OF_LINE - 1)}\na | … 8 B of this line left out; the log has all\n`,
  );
});

test("a short line without a newline is a line, and nothing is said of it", () => {
  const lines = new CutLines(prefix);
  expect(lines.log(line("a", "no newline", { partial: true }))).toBe("a | no newline\n");
  expect(lines.finish()).toBe("");
});

test("of a long line that never ended, what is left out is told when it will not go on", () => {
  const lines = new CutLines(prefix);
  lines.log(line("a", "x".repeat(SHOWN_OF_LINE + 10), { partial: true }));
  expect(lines.finish("b")).toBe("");
  expect(lines.finish("a")).toBe("a | … 10 B of this line left out; the log has all\n");
  expect(lines.finish()).toBe("");
});
