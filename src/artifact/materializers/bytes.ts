import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Binary, binaryFrom, binaryTypeOf, bytesOf } from "../../util/tagged/bytes.ts";
import { listPlainTree, readPlainFile } from "../plain-files.ts";
import type { Materializer } from "../port.ts";

const FILE = "value.bin";
const TYPE_FILE = "value.type";
const DEFAULT_TYPE = "Uint8Array";

const nameOf = (value: Binary): string => binaryTypeOf(value)?.name ?? DEFAULT_TYPE;

const readType = async (directory: string): Promise<string> => {
  const { files } = await listPlainTree(directory);
  if (!files.includes(TYPE_FILE)) return DEFAULT_TYPE;
  return (await readPlainFile(join(directory, TYPE_FILE))).toString("utf8");
};

/**
 * Bytes as they are in `value.bin`: Uint8Array, Buffer, any other typed array, ArrayBuffer or DataView. What is not a
 * Uint8Array has its class's name in `value.type` beside it, so that a Buffer arrives as one, and so that equal bytes
 * of another class have another content hash.
 */
export const bytesMaterializer: Materializer<Binary> = {
  name: "bytes",
  accepts: (value): value is Binary => binaryTypeOf(value) !== undefined,
  save: async (value, directory) => {
    await writeFile(join(directory, FILE), bytesOf(value), { flag: "wx" });
    const type = nameOf(value);
    if (type !== DEFAULT_TYPE) await writeFile(join(directory, TYPE_FILE), type, { flag: "wx" });
  },
  load: async (directory) => {
    const bytes = await readPlainFile(join(directory, FILE));
    return binaryFrom(await readType(directory), bytes);
  },
  metadata: (value) => ({ byteLength: value.byteLength }),
  typeOf: nameOf,
};
