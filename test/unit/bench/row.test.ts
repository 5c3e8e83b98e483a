import { describe, expect, test } from "vitest";
import { ratioRow, rowOf, verdictOf } from "../../../bench/measure/row.ts";
import { markdownTable, textTable } from "../../../bench/measure/table.ts";

describe("the verdict", () => {
  test.each([
    [0.9, 0.05, 1, "holds"],
    [1, 0, 1, "holds"],
    [1.04, 0.05, 1, "within noise"],
    [1.06, 0.05, 1, "too much"],
    [1.06, 0, 1, "too much"],
  ] as const)("of %s ± %s with a bound of %s is that it %s", (measured, noise, bound, verdict) => {
    expect(verdictOf(measured, noise, bound)).toBe(verdict);
  });

  test("without a bound there is none", () => {
    expect(verdictOf(100, 0, undefined)).toBe("for information");
  });
});

test("a row of ratios is the median of what each pair has, not the ratio of two medians", () => {
  const pairs = [
    { subject: 1, baseline: 1 },
    { subject: 20, baseline: 10 },
    { subject: 900, baseline: 300 },
  ];
  const row = ratioRow({ work: "w", figure: "f", pairs, bound: 1 });
  expect(row).toMatchObject({ measured: 2, noise: 0.5, verdict: "too much", samples: [1, 2, 3] });
  expect(row.note).toBe("20 ms / 10 ms");
});

const ROWS = [
  rowOf({ work: "chain", figure: "wall | raw", samples: [0.5], bound: 0.65, note: "1 ms / 2 ms" }),
  rowOf({ work: "many", figure: "memory", samples: [149.6], unit: "MB" }),
];

test("the table of a terminal has its columns one below the other", () => {
  const [head = "", first = "", second = ""] = textTable(ROWS);
  for (const line of [first, second]) expect(line.indexOf("±")).toBe(head.indexOf("noise"));
  expect(first).toMatch(/^chain {2}wall \| raw {2}0\.50 {6}± 0\.00 .*0\.65 {5}holds/);
  expect(second).toMatch(/^many {3}memory {6}150 MB/);
});

test("the table in Markdown keeps a bar in a text from ending its cell", () => {
  expect(markdownTable(ROWS)[2]).toBe(
    "| chain | wall \\| raw | 0.50 | ± 0.00 | 0.65 | holds | 1 ms / 2 ms |",
  );
});
