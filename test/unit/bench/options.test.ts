import { describe, expect, test } from "vitest";
import { workloadsOf } from "../../../bench/measure-all.ts";
import { parseOptions } from "../../../bench/options.ts";
import { replaceBlock } from "../../../bench/write-results.ts";

test("without arguments the whole table is measured, seven pairs each", () => {
  expect(parseOptions([])).toMatchObject({ command: "table", runs: 7, smoke: false, all: false });
});

test("--only chooses by name, in the order of the table", () => {
  const options = parseOptions(["--only", "ladder,chain", "--runs", "9"]);
  expect(workloadsOf(options).map(({ name }) => name)).toEqual(["chain", "ladder"]);
  expect(options.runs).toBe(9);
});

describe("what cannot be measured is refused before anything is made", () => {
  test.each([
    [["--runs", "0"], /runs: /],
    [["--only", "chian"], /there is no "chian"; there are: chain, /],
    [["techniques", "more"], /too many arguments: more/],
    [["tabel"], /command: /],
    [["replay"], /file: replay takes a WfFormat 1\.5 file/],
    [["replay", "/nowhere.json"], /\/nowhere\.json: it cannot be read/],
    [["--scheduling", "random"], /scheduling: /],
  ])("%j", (args, message) => {
    expect(() => workloadsOf(parseOptions(args))).toThrow(message);
  });
});

describe("results are written", () => {
  const text = "# Bench\n<!-- bench:table -->\nold\n<!-- /bench:table -->\nend\n";

  test("between the marks of their name, whatever was there", () => {
    expect(replaceBlock(text, "table", "new $&")).toBe(
      "# Bench\n<!-- bench:table -->\nnew $&\n<!-- /bench:table -->\nend\n",
    );
  });

  test("nowhere else: a text without the marks is an error", () => {
    expect(() => replaceBlock(text, "techniques", "new")).toThrow(/no place for the results/);
  });
});
