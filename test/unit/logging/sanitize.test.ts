import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordForTerminal, sanitizeForTerminal } from "../../../src/logging/sanitize.ts";
import { TIME } from "./support.ts";

const ESC = "\u001b";
const COLOUR = new RegExp(`${ESC}\\[[0-9;:]*m`, "g");
const HARMFUL = /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/u;

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom(ESC, "[", "]", "0", ";", "m", "J", "\\", "\u0007", "\u009b", "\r", "P", "?"),
      }),
      fc.constantFrom(
        `${ESC}[31m`,
        `${ESC}[2J`,
        `${ESC}]0;t\u0007`,
        "\u202e",
        "\ud800",
        "\u0085",
        "\u007f",
        "\n",
      ),
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(""));

describe("output for a terminal", () => {
  test("never holds a control character other than tab and colours, whatever a step prints", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = sanitizeForTerminal(text);
        expect(line.replace(COLOUR, "")).not.toMatch(HARMFUL);
        expect(line.isWellFormed()).toBe(true);
        if (line.includes(ESC)) expect(line.endsWith(`${ESC}[0m`)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test("leaves ordinary text of any script as it is", () => {
    const text = fc.string({ unit: "grapheme" }).filter((line) => !HARMFUL.test(line));
    fc.assert(fc.property(text, (line) => sanitizeForTerminal(line) === line));
  });

  test.each([
    ["keeps colours and resets them", `${ESC}[1;31mred`, `${ESC}[1;31mred${ESC}[0m`],
    ["adds no second reset", `${ESC}[1mbold${ESC}[0m`, `${ESC}[1mbold${ESC}[0m`],
    ["keeps tabs", "a\tb", "a\tb"],
    ["removes cursor movement and erasure", `a${ESC}[2J${ESC}[1;1Hb${ESC}[Kc`, "abc"],
    ["removes a window title", `a${ESC}]0;owned\u0007b`, "ab"],
    ["removes a link and keeps its text", `${ESC}]8;;http://evil${ESC}\\text${ESC}]8;;${ESC}\\`, "text"],
    ["removes a clipboard write", `a${ESC}]52;c;ZXZpbA==${ESC}\\b`, "ab"],
    ["removes a device control string", `a${ESC}P1$r0m${ESC}\\b`, "ab"],
    ["removes a terminal reset", `a${ESC}cb`, "ab"],
    ["removes a change of character set", `a${ESC}(0b`, "ab"],
    ["removes a keyboard mode that resembles a colour", `a${ESC}[>4;1mb`, "ab"],
    ["removes eight-bit sequences", "a\u009b2Jb\u009d0;t\u009cc\u0085d", "abcd"],
    ["shows what follows a string that never ends", `a${ESC}]0;not hidden`, "a0;not hidden"],
    ["removes an escape at the end", `a${ESC}`, "a"],
    ["removes bells, backspaces, NUL and DEL", "a\u0007\b\0\u007fb", "ab"],
    ["removes bidirectional overrides", "a\u202eb\u2066c", "abc"],
    ["replaces lone surrogates", "a\ud800b", "a\ufffdb"],
    ["makes line breaks spaces", "a\nb\vc", "a b c"],
    ["drops the carriage return of a Windows line end", "text\r", "text"],
    ["shows the last state of a progress bar", "10%\r50%\r100%\r", "100%"],
    ["passes over a last state that shows nothing", `done\r${ESC}[K${ESC}[0m`, "done"],
    ["shows nothing where there is nothing", "\r\r", ""],
  ])("%s", (_what, text, expected) => {
    expect(sanitizeForTerminal(text)).toBe(expected);
  });

  test("shows bytes that are not UTF-8 as replacement characters", () => {
    const bytes = Buffer.from([0x61, 0xff, 0x1b, 0x5b, 0x32, 0x4a]).toString("base64");
    expect(recordForTerminal({ time: TIME, stream: "stdout", bytes })).toBe("a\ufffd");
    expect(recordForTerminal({ time: TIME, stream: "stdout", text: "b\u0007" })).toBe("b");
  });
});
