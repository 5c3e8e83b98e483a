import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFrameScanner } from "../../../src/logging/frame-scanner.ts";
import { arbitraryOutput, arbitrarySizes, chunks, FRAME, NONCE, SHA256 } from "./support.ts";

function scan(bytes: Buffer, sizes: readonly number[], nonce = NONCE) {
  const frames: string[] = [];
  const scanner = createFrameScanner({ nonce, onFrame: (sha256) => frames.push(sha256) });
  const passed = [...chunks(bytes, sizes)].flatMap((chunk) => scanner.push(chunk));
  const output = Buffer.concat([...passed, ...scanner.end()]);
  return { frames, output };
}

describe("the frame scanner", () => {
  test("takes the frame out exactly once and passes every other byte, however the output is chunked", () => {
    fc.assert(
      fc.property(arbitraryOutput, arbitraryOutput, arbitrarySizes, (before, after, sizes) => {
        const { frames, output } = scan(Buffer.concat([before, FRAME, after]), sizes);
        expect(frames).toEqual([SHA256]);
        expect(output.equals(Buffer.concat([before, after]))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("passes output without a frame unchanged", () => {
    fc.assert(
      fc.property(arbitraryOutput, arbitrarySizes, (bytes, sizes) => {
        const { frames, output } = scan(bytes, sizes);
        expect(frames).toEqual([]);
        expect(output.equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("finds the frame in the middle of a line, after a print without newline", () => {
    const { frames, output } = scan(Buffer.from(`epoch 3 of 3${FRAME}`), [1000]);
    expect(frames).toEqual([SHA256]);
    expect(output.toString()).toBe("epoch 3 of 3");
  });

  test.each([
    ["an upper-case digest", `${NONCE} ${"AB".repeat(32)}\n`],
    ["a short digest", `${NONCE} ${"ab".repeat(31)}\n`],
    ["a long digest", `${NONCE} ${"ab".repeat(33)}\n`],
    ["no space", `${NONCE}${SHA256}\n`],
    ["a carriage return before the newline", `${NONCE} ${SHA256}\r\n`],
    ["the nonce alone", `my nonce is ${NONCE}\n`],
  ])("takes %s for output", (_what, text) => {
    for (const size of [1, 7, 1000]) {
      const { frames, output } = scan(Buffer.from(text), [size]);
      expect(frames).toEqual([]);
      expect(output.toString()).toBe(text);
    }
  });

  test("finds a frame that begins inside what looked like one", () => {
    for (const size of [1, 7, 1000]) {
      const { frames, output } = scan(Buffer.from(`${NONCE} abc${FRAME}`), [size]);
      expect(frames).toEqual([SHA256]);
      expect(output.toString()).toBe(`${NONCE} abc`);
    }
  });

  test("finds a frame whose nonce overlaps with itself and with the output before it", () => {
    const nonce = "a".repeat(32);
    for (const size of [1, 3, 1000]) {
      const { frames, output } = scan(Buffer.from(`aaaaa${nonce} ${SHA256}\n`), [size], nonce);
      expect(frames).toEqual([SHA256]);
      expect(output.toString()).toBe("aaaaa");
    }
  });

  test("takes the first frame only; a second one is output", () => {
    for (const size of [1, FRAME.length, 1000]) {
      const { frames, output } = scan(Buffer.concat([FRAME, FRAME]), [size]);
      expect(frames).toEqual([SHA256]);
      expect(output.equals(FRAME)).toBe(true);
    }
  });

  test("tells of the frame with the byte that completes it, before the output ends", () => {
    const frames: string[] = [];
    const scanner = createFrameScanner({ nonce: NONCE, onFrame: (sha256) => frames.push(sha256) });
    scanner.push(FRAME.subarray(0, -1));
    expect(frames).toEqual([]);
    scanner.push(FRAME.subarray(-1));
    expect(frames).toEqual([SHA256]);
  });

  test("holds back nothing but what may be the beginning of a frame", () => {
    fc.assert(
      fc.property(arbitraryOutput, arbitrarySizes, (bytes, sizes) => {
        const scanner = createFrameScanner({ nonce: NONCE, onFrame: () => {} });
        let pushed = Buffer.alloc(0);
        let passed = 0;
        for (const chunk of chunks(bytes, sizes)) {
          pushed = Buffer.concat([pushed, chunk]);
          passed += Buffer.concat(scanner.push(chunk)).length;
          const held = pushed.subarray(passed);
          expect(held.length).toBeLessThan(FRAME.length);
          expect(looksLikeFrame(held.toString("latin1"))).toBe(true);
        }
      }),
    );
  });
});

const looksLikeFrame = (held: string): boolean =>
  NONCE.startsWith(held) || (held.startsWith(NONCE) && /^ ?$|^ [0-9a-f]{0,64}$/.test(held.slice(32)));
