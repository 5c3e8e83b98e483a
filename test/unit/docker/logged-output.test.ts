import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameError } from "../../../src/docker/demultiplexer.ts";
import { LoggedOutput } from "../../../src/docker/logged-output.ts";
import type { StreamName } from "../../../src/docker/port.ts";

/** Docker's copier takes lines apart at this many bytes; here a small number stands for its 16 KiB. */
const PIECE = 8;

interface Message {
  readonly stamp: string;
  readonly content: string;
}

/** As the engine logs them: one message a line, several of one time for a long one. */
const messagesOf = (printed: string, keepsNewlines: boolean): Message[] =>
  (printed.match(/[^\n]*\n|[^\n]+$/g) ?? []).flatMap((line, number) => {
    const stamp = `2026-01-02T03:04:05.${String(number).padStart(9, "0")}Z`;
    const text = line.replace(/\n$/, "");
    const pieces = text.match(new RegExp(`.{${PIECE}}`, "gs")) ?? [];
    const last = text.slice(pieces.length * PIECE);
    const ended = line.endsWith("\n");
    const newline = ended && (pieces.length === 0 || keepsNewlines) ? "\n" : "";
    const tail = ended || last !== "" ? [last + newline] : [];
    return [...pieces, ...tail].map((content) => ({ stamp, content }));
  });

const read = async (messages: readonly Message[], size: number): Promise<string> => {
  const { text, output } = newOutput();
  for (const { stamp, content } of messages) {
    const frame = Buffer.from(`${stamp} ${content}`);
    for (let from = 0; from < frame.length; from += size) {
      await output.write("stdout", frame.subarray(from, from + size), from === 0);
    }
  }
  await output.end();
  return text.stdout;
};

const newOutput = () => {
  const text = { stdout: "", stderr: "" };
  const write = (stream: StreamName, chunk: Buffer): void => {
    text[stream] += chunk.toString();
  };
  return { text, output: new LoggedOutput({ write }) };
};

const line = fc
  .string({ unit: fc.constantFrom("a", "b", " "), maxLength: 3 * PIECE })
  .map((text) => `${text}\n`);
const lines = fc.array(line, { minLength: 1, maxLength: 10 }).map((all) => all.join(""));
const size = fc.integer({ min: 1, max: 50 });

test("the newlines of long lines are put back where the engine loses them", async () => {
  await fc.assert(
    fc.asyncProperty(lines, size, async (printed, size) => {
      expect(await read(messagesOf(printed, false), size)).toBe(printed);
    }),
  );
});

test("nothing is added where the engine keeps them", async () => {
  await fc.assert(
    fc.asyncProperty(lines, size, async (printed, size) => {
      expect(await read(messagesOf(printed, true), size)).toBe(printed);
    }),
  );
});

test("a short last line without a newline gets none", async () => {
  expect(await read(messagesOf("one\ntwo", false), 3)).toBe("one\ntwo");
});

test("a long last line without a newline gets none from an engine that keeps those of others", async () => {
  const printed = `${"a".repeat(PIECE + 1)}\n${"b".repeat(PIECE + 1)}`;
  expect(await read(messagesOf(printed, true), 3)).toBe(printed);
});

test("a last line of whole pieces without a newline gets none", async () => {
  const printed = "a".repeat(2 * PIECE);
  expect(await read(messagesOf(printed, false), 3)).toBe(printed);
});

test("the streams do not disturb one another", async () => {
  const { text, output } = newOutput();
  const long = messagesOf(`${"o".repeat(PIECE)}p\nq\n`, false);
  const other = messagesOf("e\n".repeat(3), false);
  for (const [index, message] of long.entries()) {
    await output.write("stdout", Buffer.from(`${message.stamp} ${message.content}`), true);
    const err = other[index];
    if (err) await output.write("stderr", Buffer.from(`${err.stamp} ${err.content}`), true);
  }
  expect(text).toEqual({ stdout: `${"o".repeat(PIECE)}p\nq\n`, stderr: "e\ne\ne\n" });
});

test("a message without its time is refused", () => {
  const output = new LoggedOutput({ write: () => {} });
  expect(() => output.write("stdout", Buffer.alloc(100, "x"), true)).toThrow(FrameError);
});
