import { truncate, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { hasShortLog } from "../../../src/metadata/sqlite/log-size.ts";
import { aDatabaseFile } from "./files.ts";

test("a log that is not there or small is short, one of a megabyte is not", async () => {
  await using file = await aDatabaseFile();
  expect(hasShortLog(file.path)).toBe(true);
  await writeFile(`${file.path}-wal`, "frames");
  expect(hasShortLog(file.path)).toBe(true);
  await truncate(`${file.path}-wal`, 1024 * 1024);
  expect(hasShortLog(file.path)).toBe(false);
});
