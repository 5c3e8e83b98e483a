import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../../model/json.ts";
import { decodeTagged, encodeTagged } from "../../util/tagged.ts";
import { ArtifactDamagedError, MaterializerError } from "../errors.ts";
import { readPlainFile } from "../plain-files.ts";
import type { Materializer } from "../port.ts";
import { metadataOf, typeOf } from "./describe.ts";

const FILE = "value.json";

const stringify = (json: Json): string => {
  try {
    return JSON.stringify(json);
  } catch (cause) {
    // V8's longest string; encodeTagged has ruled out every other reason.
    const problem =
      "cannot write a value of more than 512 MB of JSON. Store bytes or typed arrays, or split it.";
    throw new MaterializerError("json", problem, { cause });
  }
};

const parse = (text: string, path: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ArtifactDamagedError({ path, problem: `it is not JSON (${String(cause)}).` }, { cause });
  }
};

/** Any value that `encodeTagged` takes, as `value.json`: plain data is ordinary JSON there. */
export const jsonMaterializer: Materializer = {
  name: "json",
  accepts: (_value): _value is unknown => true,
  save: (value, directory) =>
    writeFile(join(directory, FILE), stringify(encodeTagged(value)), { flag: "wx" }),
  load: async (directory) => {
    const path = join(directory, FILE);
    return decodeTagged(parse((await readPlainFile(path)).toString("utf8"), path));
  },
  metadata: metadataOf,
  typeOf,
};
