import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactDirectories, formatArtifactUri } from "../../../src/artifact/artifact-uri.ts";

const name = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({
    unit: fc.constantFrom("a", "A", ".", "/", "%", "+", "~", "2", "e", "\\", "\0", " ", "é", "É"),
    minLength: 1,
  }),
  fc.constantFrom("..", ".", "...", "%2e%2e", "con", "x".repeat(300), "X".repeat(300), "é".repeat(120)),
);
const location = fc.record({ stepName: name, outputName: name, stepRunId: name });

describe("an artifact's URI", () => {
  it("keeps ordinary names as they are", () => {
    const uri = formatArtifactUri("default", {
      stepName: "loadData",
      outputName: "days.v2",
      stepRunId: "0b-1",
    });
    expect(uri).toBe("local://default/loadData/days.v2/0b-1");
    expect(artifactDirectories("default", uri)).toEqual(["default", "load+data", "days.v2", "0b-1"]);
  });

  it("leads to names of directories that are safe on every file system", () => {
    fc.assert(
      fc.property(location, (where) => {
        const directories = artifactDirectories("default", formatArtifactUri("default", where));
        expect(directories).toHaveLength(4);
        for (const directory of directories) {
          expect(directory).toMatch(/^[a-z0-9_.%+~-]+$/);
          expect(directory).not.toMatch(/^\.|\.$/);
          expect(directory.length).toBeLessThanOrEqual(200);
        }
      }),
    );
  });

  it("leads to different directories for different names, also where case is ignored", () => {
    fc.assert(
      fc.property(location, location, (left, right) => {
        const [one, other] = [left, right].map((where) =>
          artifactDirectories("default", formatArtifactUri("default", where)).join("/").toLowerCase(),
        );
        expect(one === other).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
      {
        numRuns: 1000,
        examples: [
          [
            { stepName: "A", outputName: "b", stepRunId: "c" },
            { stepName: "a", outputName: "b", stepRunId: "c" },
          ],
        ],
      },
    );
  });

  it.each(["", "\uD800"])("refuses %j as a name", (stepName) => {
    const where = { stepName, outputName: "o", stepRunId: "r" };
    expect(() => formatArtifactUri("default", where)).toThrow(/text that is not empty/);
  });

  it("says which store a foreign URI is not of", () => {
    expect(() => artifactDirectories("default", "local://other/a/b/c")).toThrow(
      /another artifact store than 'default'/,
    );
  });
});
