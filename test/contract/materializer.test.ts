import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { bytesMaterializer } from "../../src/artifact/materializers/bytes.ts";
import { csvMaterializer } from "../../src/artifact/materializers/csv.ts";
import { directoryMaterializer } from "../../src/artifact/materializers/directory.ts";
import { fileMaterializer } from "../../src/artifact/materializers/file.ts";
import { jsonMaterializer } from "../../src/artifact/materializers/json.ts";
import { textMaterializer } from "../../src/artifact/materializers/text.ts";
import { directoryAt, fileAt } from "../../src/util/stored-files.ts";
import { materializerContract } from "./materializer.contract.ts";

const samples = await mkdtemp(join(tmpdir(), "stepdock-samples-"));
const sample = (path: string) => join(samples, path);
await mkdir(sample("full/sub/empty"), { recursive: true });
await mkdir(sample("empty"));
await writeFile(sample("full/run"), "#!/bin/sh\n", { mode: 0o755 });
await symlink("../run", sample("full/sub/link"));
await writeFile(sample("a.txt"), "a");
await writeFile(sample("run"), "a", { mode: 0o755 });
afterAll(() => rm(samples, { recursive: true }));

materializerContract("file", fileMaterializer, {
  "a file": fileAt(sample("a.txt")),
  "a file under another name": fileAt(sample("a.txt"), { name: "b.txt", mediaType: "text/plain" }),
  "a program": fileAt(sample("run")),
});

materializerContract("directory", directoryMaterializer, {
  "a folder with a link and an empty folder": directoryAt(sample("full")),
});

materializerContract("json", jsonMaterializer, {
  null: null,
  undefined: undefined,
  "a number": 1.5,
  "minus zero": -0,
  zero: 0,
  "a lone surrogate": "\uD800",
  "another lone surrogate": "\uDFFF",
  rows: [{ a: 1, b: undefined }, { a: Number.NaN }],
  "a Map": new Map<unknown, unknown>([[new Date(0), new Set([1n])]]),
  "an object": { a: { b: [new URL("https://example.org/?q=1"), /x/g] } },
  "an error": Object.assign(new TypeError("no", { cause: new Error("why") }), { code: "E_NO" }),
  "bytes inside": { weights: new Float32Array([1, 2.5]) },
});

materializerContract("csv", csvMaterializer, {
  "no rows": [],
  "texts that look like something else": [{ a: "1", b: "true", c: "", d: "-0" }],
  "what they look like": [{ a: 1, b: true, c: null, d: -0 }],
  "texts with line breaks, quotes and commas": [{ "a,b": 'say "no"\r\n, twice' }, { "a,b": "\uFEFFü" }],
  numbers: [{ n: 1.5e-7 }, { n: 2 ** 60 }, { n: -0.1 }],
  "one column of nulls": [{ only: null }, { only: null }],
});

materializerContract("text", textMaterializer, {
  "an empty text": "",
  "a text": "héllo\nworld\r\n",
  "a text with a byte order mark": "\uFEFFx",
  "a text with NUL and an astral character": "a\0\u{1F600}",
});

materializerContract("bytes", bytesMaterializer, {
  "no bytes": new Uint8Array(),
  bytes: new Uint8Array([0, 255, 128, 10]),
  "a Buffer of the same bytes": Buffer.from([0, 255, 128, 10]),
  "a view on a part": new Uint8Array([9, 1, 2, 9]).subarray(1, 3),
  floats: new Float64Array([1.5, Number.NaN, -0]),
  bigints: new BigInt64Array([-1n]),
  "an ArrayBuffer": new Uint8Array([1, 2, 3]).buffer,
  "a DataView": new DataView(new Uint8Array([1, 2, 3]).buffer, 1),
});
