import { join } from "node:path";
import { kindsOf } from "../../compiler/schema-kinds.ts";
import { fileBrand } from "../../pipeline/file-brand.ts";
import type { Schema } from "../../pipeline/schema.ts";
import type { AttemptPaths } from "../../workspace/paths.ts";

/** Where the command of a container step finds its inputs, and writes its outputs. */
export const INPUTS = "/stepdock/inputs";
export const OUTPUTS = "/stepdock/outputs";

/** What is mounted there, apart from files and folders: plain JSON that the host writes, and what the command wrote. */
export const inputsOf = ({ directory }: Pick<AttemptPaths, "directory">): string => join(directory, "inputs");
/** Below the exchange directory, of which the container sees this alone: what is beside it is the host's word. */
export const outputsOf = ({ exchange }: Pick<AttemptPaths, "exchange">): string => join(exchange, "outputs");

/** Whether an artifact is a file or folder, which is mounted as it is. */
export const isMounted = (materializer: string): boolean =>
  materializer === "file" || materializer === "directory";

/** Relative to the outputs: where the command is told to write an output. */
export const outputFile = (name: string, schema: Schema): string => {
  const brand = fileBrand(schema);
  if (brand) return brand.place(name, name);
  return isText(schema) ? `${name}.txt` : `${name}.json`;
};

/** Whether a value is told as it is, without quotes. */
export const isText = (schema: Schema): boolean => {
  const kinds = kindsOf(schema, "input");
  return kinds?.size === 1 && kinds.has("string");
};
