import { existsSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { loadInput } from "../../../src/artifact/store-output.ts";
import { temporaryDirectory } from "./temporary.ts";
import { unprivileged } from "./unprivileged.ts";

describe("an artifact of another user's rights", () => {
  it("that cannot be read is told so", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "value.txt"), "x", { mode: 0o000 });
    await unprivileged(directory.path, async () => {
      await expect(loadInput(directory.path, "text")).rejects.toThrow(/cannot be read \(EACCES\)/);
    });
  });

  it("is removed though a step took its own right to write", async () => {
    await using directory = await temporaryDirectory();
    await unprivileged(directory.path, async () => {
      const store = createLocalArtifactStore({ root: directory.path });
      const uri = store.uri({ stepName: "s", outputName: "o", stepRunId: "r" });
      await store.create(uri);
      const locked = join(store.path(uri), "locked");
      await mkdir(locked);
      await writeFile(join(locked, "file"), "x");
      await symlink(directory.path, join(locked, "link"));
      await chmod(locked, 0o000);
      await store.remove(uri);
      expect(existsSync(store.path(uri))).toBe(false);
      expect(existsSync(directory.path)).toBe(true);
    });
  });
});
