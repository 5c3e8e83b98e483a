import { describe, expect, it } from "vitest";
import { mapStack } from "../../../src/compiler/map-stack.ts";

/** Line 1 of the file is line 5, column 3 of its source; line 2 has no origin. */
const MAP = JSON.stringify({ version: 3, sources: ["src/steps.ts"], names: [], mappings: "AAIE;" });

const lookup = (file: string) =>
  file === "/out/a b/step.mjs" ? { map: MAP, root: "/home/me/project" } : undefined;

const mapped = (frame: string) => mapStack(`Error: it failed\n${frame}`, lookup).split("\n")[1];

describe("mapStack", () => {
  it.each([
    ["    at fit (/out/a b/step.mjs:1:1)", "    at fit (/home/me/project/src/steps.ts:5:3)"],
    ["    at file:///out/a%20b/step.mjs:1:1", "    at /home/me/project/src/steps.ts:5:3"],
    ["    at async file:///out/a%20b/step.mjs:1:1", "    at async /home/me/project/src/steps.ts:5:3"],
    [
      "    at async Object.run [as x] (file:///out/a%20b/step.mjs?v=1:1:1)",
      "    at async Object.run [as x] (/home/me/project/src/steps.ts:5:3)",
    ],
    ["    at new Model (/out/a b/step.mjs:1:1)", "    at new Model (/home/me/project/src/steps.ts:5:3)"],
  ])("leads `%s` to its source", (frame, expected) => {
    expect(mapped(frame)).toBe(expected);
  });

  it.each([
    "    at fit (/out/other.mjs:1:1)",
    "    at node:internal/main/run_main_module:36:49",
    "    at Array.map (<anonymous>)",
    "    at async Promise.all (index 0)",
    "    at eval (eval at fit (/out/other.mjs:1:1), <anonymous>:1:1)",
    "/out/a b/step.mjs:1:1 is part of the message",
  ])("leaves `%s` as it is", (frame) => {
    expect(mapped(frame)).toBe(frame);
  });

  it("keeps the message, and the lines of a cause", () => {
    const stack =
      "Error: a\nb\n    at x (/out/a b/step.mjs:1:1)\n  [cause]: Error: c\n      at y (/out/a b/step.mjs:1:1)";
    expect(mapStack(stack, lookup)).toBe(
      stack.replaceAll("/out/a b/step.mjs:1:1", "/home/me/project/src/steps.ts:5:3"),
    );
  });

  it("reads each map once", () => {
    let reads = 0;
    mapStack("    at /out/a b/step.mjs:1:1\n".repeat(3), (file) => {
      reads += 1;
      return lookup(file);
    });
    expect(reads).toBe(1);
  });
});
