import { expect, test } from "vitest";
import { nextWarning } from "../../fixtures/process-warning.ts";
import { Child } from "./child.ts";
import { aDatabaseFile } from "./files.ts";

test("opening a store prints no warning about SQLite, whatever Node it is", async () => {
  await using file = await aDatabaseFile();
  await using child = new Child("open-and-save", [file.path]);
  expect(await child.finish()).toMatchObject({
    stderr: expect.not.stringContaining("SQLite"),
    exitCode: 0,
  });
});

test("other warnings still come through", async () => {
  await import("../../../src/metadata/sqlite/node-sqlite.ts");
  const warned = nextWarning();
  process.emitWarning("a test's own", "ExperimentalWarning");
  expect((await warned).message).toBe("a test's own");
});
