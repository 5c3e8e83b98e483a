import { expect, test } from "vitest";
import { nodeProblem } from "../../../src/cli/node-guard.ts";

test.each(["24.0.0", "24.21.0", "26.1.0", "100.0.0"])("Node %s will do", (version) => {
  expect(nodeProblem(version, "/bin/node")).toBeUndefined();
});

test.each(["23.11.1", "20.20.2", "8.0.0"])(
  "Node %s is too old, and the way out is told in one line",
  (version) => {
    const problem = nodeProblem(version, "/bin/node");
    expect(problem).toMatch(/needs Node 24.*\/bin\/node.*npx stepdock.*npm run.*devDependency/);
    expect(problem).toContain(version);
    expect(problem).not.toContain("\n");
  },
);
