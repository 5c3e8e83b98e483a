import { existsSync } from "node:fs";
import { link, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OutputWriteError } from "../../../src/artifact/errors.ts";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { loadInput, storeOutput } from "../../../src/artifact/store-output.ts";
import { temporaryDirectory } from "./temporary.ts";
import { unprivileged } from "./unprivileged.ts";
import { writing } from "./writing.ts";

describe("an output that cannot be written", () => {
  it.skipIf(!existsSync("/dev/full"))("says that no space is left on the disk", async () => {
    await using directory = await temporaryDirectory();
    const full = writing(() => writeFile("/dev/full", "x".repeat(100_000)));
    const error = await storeOutput("x", { directory: directory.path, ...full }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(OutputWriteError);
    expect(error).toMatchObject({ code: "output_not_written", path: directory.path, errno: "ENOSPC" });
    expect((error as Error).message).toContain("no space is left on the disk that holds it");
    expect((error as Error).cause).toMatchObject({ code: "ENOSPC" });
  });

  it("says that its directory is not there", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "gone");
    await expect(storeOutput(1, { directory: path, materializer: "auto" })).rejects.toMatchObject({
      code: "output_not_written",
      errno: "ENOENT",
      path: join(path, "value.json"),
    });
  });

  it("says that it is there already", async () => {
    await using directory = await temporaryDirectory();
    await storeOutput(1, { directory: directory.path, materializer: "auto" });
    await expect(storeOutput(2, { directory: directory.path, materializer: "auto" })).rejects.toMatchObject({
      errno: "EEXIST",
    });
    expect(await loadInput(directory.path, "json")).toBe(1);
  });

  it("says that this user may not write there", async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, "locked"), { mode: 0o555 });
    await unprivileged(directory.path, async () => {
      await expect(
        storeOutput(1, { directory: join(directory.path, "locked"), materializer: "auto" }),
      ).rejects.toMatchObject({ errno: "EACCES", message: expect.stringContaining("may not write there") });
      const store = createLocalArtifactStore({ root: join(directory.path, "locked", "stores") });
      const uri = store.uri({ stepName: "s", outputName: "o", stepRunId: "r" });
      await expect(store.create(uri)).rejects.toMatchObject({ code: "output_not_written", errno: "EACCES" });
    });
  });

  it("leaves an error that is about another file as it is", async () => {
    await using directory = await temporaryDirectory();
    const reading = writing(() => readFile("/nowhere/model.bin"));
    await expect(storeOutput("x", { directory: directory.path, ...reading })).rejects.toMatchObject({
      code: "ENOENT",
      path: "/nowhere/model.bin",
    });
  });

  it.each<[string, (at: string, outside: string) => Promise<unknown>, RegExp]>([
    [
      "a link",
      (at, outside) => symlink(outside, join(at, "x")),
      /'own' left something at .*x.*symbolic link/,
    ],
    ["a hard link", (at, outside) => link(outside, join(at, "x")), /'own' left something at .*x.*hard link/],
  ])("blames the materializer for %s", async (_what, plant, message) => {
    await using directory = await temporaryDirectory();
    const outside = join(directory.path, "data");
    await writeFile(outside, "data");
    await mkdir(join(directory.path, "output"));
    const own = writing((at) => plant(at, outside));
    await expect(
      storeOutput("x", { directory: join(directory.path, "output"), ...own }),
    ).rejects.toMatchObject({
      code: "materializer_failed",
      message: expect.stringMatching(message),
    });
  });
});
