import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPlainFile } from "../plain-files.ts";
import type { Materializer } from "../port.ts";
import { metadataOf } from "./describe.ts";

const FILE = "value.txt";

/** A string as `value.txt` in UTF-8. One with lone surrogates has no UTF-8, and is left to `json`. */
export const textMaterializer: Materializer<string> = {
  name: "text",
  accepts: (value): value is string => typeof value === "string" && value.isWellFormed(),
  save: (value, directory) => writeFile(join(directory, FILE), value, { flag: "wx" }),
  load: async (directory) => (await readPlainFile(join(directory, FILE))).toString("utf8"),
  metadata: metadataOf,
  typeOf: () => "string",
};
