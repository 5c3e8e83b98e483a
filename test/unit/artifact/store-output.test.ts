import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashDirectory } from "../../../src/artifact/content-hash.ts";
import { loadInput, storeOutput } from "../../../src/artifact/store-output.ts";
import { temporaryDirectory } from "./temporary.ts";
import { writing } from "./writing.ts";

describe("storing an output", () => {
  it("writes plain data as ordinary JSON, and tells all about it", async () => {
    await using directory = await temporaryDirectory();
    const value = [{ city: "Zürich", days: 3 }];
    const stored = await storeOutput(value, { directory: directory.path, materializer: "auto" });
    expect(JSON.parse(await readFile(join(directory.path, "value.json"), "utf8"))).toEqual(value);
    expect(stored).toEqual({
      ...(await hashDirectory(directory.path)),
      materializer: "json",
      type: "object[]",
      metadata: { length: 1, rows: 1, columns: ["city", "days"] },
    });
    expect(await loadInput(directory.path, stored.materializer)).toStrictEqual(value);
  });

  it.each<[string, unknown, { materializer: string; type: string; files: string[] }]>([
    ["a text", "é", { materializer: "text", type: "string", files: ["value.txt"] }],
    [
      "a text with a lone surrogate",
      "\uD800",
      { materializer: "json", type: "string", files: ["value.json"] },
    ],
    ["bytes", new Uint8Array([1]), { materializer: "bytes", type: "Uint8Array", files: ["value.bin"] }],
    [
      "a Buffer",
      Buffer.from("a"),
      { materializer: "bytes", type: "Buffer", files: ["value.bin", "value.type"] },
    ],
    [
      "numbers and nulls",
      [1, null],
      { materializer: "json", type: "(null | number)[]", files: ["value.json"] },
    ],
    ["an empty list", [], { materializer: "json", type: "unknown[]", files: ["value.json"] }],
    ["a Map", new Map(), { materializer: "json", type: "Map", files: ["value.json"] }],
    ["null", null, { materializer: "json", type: "null", files: ["value.json"] }],
    ["an object", { a: 1 }, { materializer: "json", type: "object", files: ["value.json"] }],
  ])("chooses the materializer for %s", async (_what, value, { files, ...expected }) => {
    await using directory = await temporaryDirectory();
    const stored = await storeOutput(value, { directory: directory.path, materializer: "auto" });
    expect(stored).toMatchObject(expected);
    expect(await readdir(directory.path)).toEqual(files);
    expect(await loadInput(directory.path, stored.materializer)).toStrictEqual(value);
  });

  it("takes the materializer that is asked for", async () => {
    await using directory = await temporaryDirectory();
    expect(await storeOutput("x", { directory: directory.path, materializer: "json" })).toMatchObject({
      materializer: "json",
    });
    expect(await readFile(join(directory.path, "value.json"), "utf8")).toBe('"x"');
  });

  it("says which materializer suits where the one asked for does not take the value", async () => {
    await using directory = await temporaryDirectory();
    await expect(storeOutput([1], { directory: directory.path, materializer: "text" })).rejects.toMatchObject(
      {
        code: "materializer_failed",
        message: expect.stringMatching(/'text' does not take this.*'json'/),
      },
    );
    await expect(
      storeOutput(1, { directory: directory.path, materializer: "parquet" }),
    ).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("writes nothing once it was told to stop", async () => {
    await using directory = await temporaryDirectory();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(storeOutput(1, { directory: directory.path, materializer: "auto", signal })).rejects.toBe(
      reason,
    );
    expect(await readdir(directory.path)).toEqual([]);
  });

  it("writes nothing of a value that cannot be stored", async () => {
    await using directory = await temporaryDirectory();
    const storing = storeOutput(
      { model: { fit: () => 1 } },
      { directory: directory.path, materializer: "auto" },
    );
    await expect(storing).rejects.toMatchObject({ code: "value_not_encodable", path: "$.model.fit" });
    expect(await readdir(directory.path)).toEqual([]);
  });

  it("stores a million rows", async () => {
    await using directory = await temporaryDirectory();
    const rows = Array.from({ length: 1_000_000 }, (_, index) => index / 3);
    await storeOutput(rows, { directory: directory.path, materializer: "auto" });
    const loaded = (await loadInput(directory.path, "json")) as number[];
    expect(loaded.length).toBe(rows.length);
    expect(loaded.every((value, index) => Object.is(value, rows[index]))).toBe(true);
  });

  it("seals what a materializer of the user's wrote in directories of its own", async () => {
    await using directory = await temporaryDirectory();
    const own = writing(async (at) => {
      await mkdir(join(at, "weights"));
      await writeFile(join(at, "weights", "0.bin"), "abc");
    });
    const stored = await storeOutput("x", { directory: directory.path, ...own });
    expect(stored).toMatchObject({ materializer: "own", sizeBytes: 3 });
    expect(stored.contentHash).toBe((await hashDirectory(directory.path)).contentHash);
  });
});

describe("loading an input", () => {
  it("says that the artifact is missing", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "gone");
    await expect(loadInput(path, "json")).rejects.toMatchObject({ code: "artifact_missing", path });
  });

  it("says which file is missing or is no JSON", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "value.json");
    await expect(loadInput(directory.path, "json")).rejects.toMatchObject({ code: "artifact_damaged", path });
    await writeFile(path, "[1,");
    await expect(loadInput(directory.path, "json")).rejects.toMatchObject({
      code: "artifact_damaged",
      message: expect.stringContaining("it is not JSON"),
    });
  });

  it("follows no link", async () => {
    await using directory = await temporaryDirectory();
    await symlink("/etc/hostname", join(directory.path, "value.txt"));
    await expect(loadInput(directory.path, "text")).rejects.toMatchObject({ code: "artifact_damaged" });
  });
});
