import { describe, expect, it } from "vitest";
import { BundleError } from "../../../src/compiler/bundle-errors.ts";
import { bundleOf, type Files, stepWith } from "./bundle-project.ts";

async function failure(files: Files, exportName = "one"): Promise<BundleError> {
  const error = await bundleOf(files, exportName).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BundleError);
  return error as BundleError;
}

describe("a step that cannot be bundled", () => {
  it("names file, line and column of a syntax error, and shows the line", async () => {
    const error = await failure({ "src/steps.ts": "const a = 1;\nconst b = ;\n" });
    expect(error.place).toEqual({ file: "src/steps.ts", line: 2, column: 11 });
    expect(error.code).toBe("bundle_failed");
    expect(error.message).toContain('Cannot bundle step "one" of src/steps.ts: Unexpected token');
    expect(error.message).toMatch(/at src\/steps\.ts:2:11\n.*const b = ;\n\s+\^/);
    expect(error.message).toContain("Correct the syntax");
  });

  it("names the place of a file that is missing, and says how to mend it", async () => {
    const error = await failure(stepWith(`import { q } from "./nope.ts";`, "() => q"));
    expect(error.place).toEqual({ file: "src/steps.ts", line: 2, column: 19 });
    expect(error.message).toContain(`import { q } from "./nope.ts";`);
    expect(error.message).toContain("Create that file, or correct the path");
  });

  it.each(["import", "import { q } from"])(
    "names the place of a package that is missing, by `%s`",
    async (how) => {
      const error = await failure(stepWith(`${how} "missing-package";`, "() => globalThis.q ?? q"));
      expect(error.place).toMatchObject({ file: "src/steps.ts", line: 2 });
      expect(error.message).toContain("npm install missing-package");
      expect(error.message).not.toContain("stepdock-bare");
    },
  );

  it("says that its export is missing", async () => {
    const error = await failure(stepWith("", "() => 1"), "two");
    expect(error.message).toMatch(/"two" is not exported by "src\/steps\.ts"/);
  });

  it("names the place of a fault in JSON", async () => {
    const error = await failure({
      ...stepWith(`import j from "./j.json";`, "() => j"),
      "src/j.json": `{\n"a": }`,
    });
    expect(error.place).toMatchObject({ file: "src/j.json", line: 2 });
  });
});
