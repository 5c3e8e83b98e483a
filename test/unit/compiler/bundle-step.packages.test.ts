import { describe, expect, it } from "vitest";
import { bundleOf, type Files, packageFiles, stepWith } from "./bundle-project.ts";

describe("packages that cannot be bundled", () => {
  const native: Readonly<Record<string, Files>> = {
    "binding.gyp": packageFiles("native", {}, { "index.js": "export const n = 1;", "binding.gyp": "{}" }),
    "a .node file": packageFiles(
      "native",
      {},
      { "index.js": "export const n = 1;", "build/Release/n.node": "" },
    ),
    gypfile: packageFiles("native", { gypfile: true }, { "index.js": "export const n = 1;" }),
    "packages per platform": packageFiles(
      "native",
      { optionalDependencies: { "@native/linux-x64-gnu": "1" } },
      { "index.js": "export const n = 1;" },
    ),
  };

  it.each(Object.entries(native))("stay imports for %s", async (_sign, files) => {
    const bundle = await bundleOf(
      { ...stepWith(`import { n } from "native/index.js";`, "() => n"), ...files },
      "one",
    );
    expect(bundle.externals).toEqual([{ specifier: "native/index.js", package: "native" }]);
    expect(bundle.code).toContain(`from "native/index.js"`);
  });

  it("stay imports where another package imports them, and are not reported for a neighbour", async () => {
    const files = {
      ...stepWith(
        `import { w } from "wrapper";\nimport { n } from "listed";\nexport const two = step({ run: () => n });`,
        "() => w",
      ),
      ...native.gypfile,
      ...packageFiles(
        "wrapper",
        {},
        { "index.js": `import { n } from "native";\nexport const w = () => n;` },
      ),
    };
    const bundle = await bundleOf(files, "one", { externals: ["listed"] });
    expect(bundle.externals).toEqual([{ specifier: "native", package: "native" }]);
  });

  it("are also those that the user lists, installed or not, and Node's modules are none", async () => {
    const files = stepWith(
      `import { n } from "@scope/listed/deep";\nimport { sep } from "path";\nimport * as z from "zod";`,
      "() => [n, sep, z.string()]",
    );
    const bundle = await bundleOf(files, "one", { externals: ["@scope/listed", "zod"] });
    expect(bundle.externals.toSorted((a, b) => (a.package < b.package ? -1 : 1))).toEqual([
      { specifier: "@scope/listed/deep", package: "@scope/listed" },
      { specifier: "zod", package: "zod" },
    ]);
    expect(bundle.code).toContain(`from "node:path"`);
  });

  it("are warned of where a package imports what is not installed", async () => {
    const files = {
      ...stepWith(`import { w } from "wrapper";`, "() => w"),
      ...packageFiles("wrapper", {}, { "index.js": `export const w = () => import("optional-peer");` }),
    };
    expect((await bundleOf(files, "one")).warnings).toEqual([
      expect.stringMatching(/package wrapper imports optional-peer, which is not installed/),
    ]);
  });
});
