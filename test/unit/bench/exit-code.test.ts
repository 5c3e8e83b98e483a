import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { EXIT, exitCodeOf } from "../../../bench/exit-code.ts";
import { rowOf } from "../../../bench/measure/row.ts";

const rowWith = (samples: readonly number[], bound?: number) =>
  rowOf({ work: "w", figure: "f", samples, bound });

const HOLDS = rowWith([0.9], 1);
const WITHIN_NOISE = rowWith([1, 1.01, 1.1], 1);
const TOO_MUCH = rowWith([1.2, 1.2, 1.21], 1);

test("the bench fails where one ratio is worse than its bound by more than its noise, and nowhere else", () => {
  const measured = { smoke: false };
  expect(exitCodeOf([HOLDS, WITHIN_NOISE, rowWith([100])], measured)).toBe(0);
  expect(exitCodeOf([HOLDS, TOO_MUCH, WITHIN_NOISE], measured)).toBe(1);
});

test("a smoke test does not fail for a figure", () => {
  expect(exitCodeOf([TOO_MUCH], { smoke: true })).toBe(EXIT.good);
});

test("the command ends with 2 where it could not measure", () => {
  const main = resolve(import.meta.dirname, "../../../bench/main.ts");
  const { status, stderr } = spawnSync(process.execPath, [main, "--only", "chian"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({
    ...{ status: 2, stderr: expect.stringMatching(/^bench: there is no "chian"/) },
  });
});
