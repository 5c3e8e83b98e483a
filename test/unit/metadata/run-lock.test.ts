import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { acquireRunLock, isRunLocked } from "../../../src/metadata/run-lock.ts";

const HOLDER = join(import.meta.dirname, "children/hold-run-lock.ts");

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stepdock-lock-"));
  path = join(directory, "lock.db");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const holdElsewhere = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [HOLDER, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
};

describe("the lock of a run", () => {
  test("is had by one at a time, and free again when given back", () => {
    {
      using lock = acquireRunLock(path);
      expect(lock).toBeDefined();
      expect(isRunLocked(path)).toBe(true);
      expect(acquireRunLock(path)).toBeUndefined();
    }
    expect(isRunLocked(path)).toBe(false);
    using again = acquireRunLock(path);
    expect(again).toBeDefined();
  });

  test("is free as soon as the process that held it was killed", async () => {
    const holder = await holdElsewhere();
    expect(isRunLocked(path)).toBe(true);
    expect(acquireRunLock(path)).toBeUndefined();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(isRunLocked(path)).toBe(false);
    using lock = acquireRunLock(path);
    expect(lock).toBeDefined();
  });

  test("can be looked at many times at once without anybody being taken for its owner", () => {
    acquireRunLock(path)?.[Symbol.dispose]();
    expect(Array.from({ length: 20 }, () => isRunLocked(path))).not.toContain(true);
  });
});
