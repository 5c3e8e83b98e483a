import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { metadataOf } from "../../../src/artifact/materializers/describe.ts";
import { imageSize } from "../../../src/artifact/previews/image-size.ts";
import { previewFile } from "../../../src/artifact/previews/preview-file.ts";
import { temporaryDirectory } from "./temporary.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const PNG = hex("89504e470d0a1a0a 0000000d 49484452 00000280 000001e0 0806000000");
const GIF = hex("474946383961 4001 f000 f70000");
const JPEG = hex("ffd8 ffe0 0004 0000 ffc4 0003 00 ffc2 0011 08 01e0 0280 03");
const BMP = hex("424d 00000000 00000000 36000000 28000000 05000000 f6ffffff");
const WEBP = hex("52494646 00000000 57454250 56503858 0a000000 00000000 7f0200 df0100");
const LOSSLESS = hex("52494646 00000000 57454250 5650384c 00000000 2f 7fc27700");

describe("the size of an image", () => {
  it.each([
    ["PNG", PNG, 640, 480],
    ["GIF", GIF, 320, 240],
    ["JPEG", JPEG, 640, 480],
    ["BMP", BMP, 5, 10],
    ["WebP", WEBP, 640, 480],
    ["WebP", LOSSLESS, 640, 480],
  ])("is in the header of a %s", (format, head, width, height) => {
    expect(imageSize(head)).toEqual({ format, width, height });
    for (let length = 0; length < 10; length += 1)
      expect(imageSize(head.subarray(0, length))).toBeUndefined();
  });
});

describe("the preview of a file", () => {
  it.each([
    ["plot.bin", PNG, {}, "PNG image, 640 × 480 pixels"],
    ["t.csv", 'city,days\n"Seattle, WA",3\n', {}, "2 columns\ncity         days\nSeattle, WA  3"],
    ["t.txt", '{"a":[1]}', { mediaType: "application/json" }, '{\n  "a": [\n    1\n  ]\n}'],
    ["p.HTM", "<h1>Report</h1>", {}, "Report"],
    ["p.html", "<style>b{}</style><h1>Report</h1>\n<p>All <b>well</b>", {}, "Report\nAll\nwell"],
    ["broken.json", "{", {}, "{"],
    ["long.txt", "line\n".repeat(30), {}, `${"line\n".repeat(20)}…`],
    ["bytes", Buffer.from([0, 1, 2]), {}, undefined],
    ["latin1.txt", Buffer.from([0x67, 0xfc, 0x6e]), {}, undefined],
  ])("of %s tells what is in it", async (name, content, facts, preview) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, name);
    await writeFile(path, content);
    expect(await previewFile(path, facts)).toBe(preview);
  });

  it("cuts a character at the end of what is read off", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "umlauts.txt");
    await writeFile(path, `a${"ü".repeat(200_000)}`);
    expect(await previewFile(path)).toBe(`a${"ü".repeat(199)}`);
  });
});

describe("the metadata of a value", () => {
  it.each([
    [[{ a: 1 }, { b: 2 }], { length: 2, rows: 2, columns: ["a", "b"] }],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { length: 2, shape: [2, 3] },
    ],
    [[[1], [2, 3]], { length: 2 }],
    [[], { length: 0 }],
    ["text", { length: 4 }],
  ])("of %j tells how much there is", (value, expected) => {
    expect(metadataOf(value)).toEqual(expected);
  });
});
