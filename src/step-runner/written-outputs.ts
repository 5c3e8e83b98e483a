import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactStore } from "../artifact/port.ts";
import type { Assignment } from "../model/index.ts";
import { type FileBrand, fileBrand, type OutputPlace } from "../pipeline/file-brand.ts";
import type { Schemas } from "../pipeline/schema.ts";
import type { DirectoryArtifact, FileArtifact } from "../util/stored-files.ts";
import { fail } from "./failures.ts";

/** Where a step writes each output that is a file or a folder: in the artifact's own directory. */
export const outputPlaces = (
  outputs: Schemas,
  assignment: Assignment,
  store: ArtifactStore,
): Readonly<Record<string, OutputPlace>> => {
  const places: Record<string, OutputPlace> = {};
  for (const [name, schema] of Object.entries(outputs)) {
    const [brand, target] = [fileBrand(schema), assignment.outputs[name]];
    if (brand && target) places[name] = { path: brand.place(store.path(target.uri), name) };
  }
  return places;
};

/** What a file or folder output is made of: what was returned for it, else what lies where it was to be written. */
export const writtenOutput = async (
  name: string,
  brand: FileBrand,
  { returned, directory }: { readonly returned: unknown; readonly directory: string },
): Promise<unknown> => {
  if (returned === undefined) return await lyingThere(name, brand, directory);
  const given = returned as Partial<FileArtifact>;
  return typeof given.path === "string" && brand.kind === "file"
    ? brand.at(given.path, given.name)
    : returned;
};

const lyingThere = async (
  name: string,
  brand: FileBrand,
  directory: string,
): Promise<FileArtifact | DirectoryArtifact> => {
  const place = brand.place(directory, name);
  const entries = await readdir(directory);
  if (brand.kind === "directory") return entries.length > 0 ? brand.at(place) : notMade(name, brand, place);
  const [only] = entries;
  if (entries.includes(brand.name ?? name)) return brand.at(place);
  return entries.length === 1 && only ? brand.at(join(directory, only)) : notMade(name, brand, place);
};

const notMade = (name: string, { kind }: FileBrand, place: string): never => {
  const what = kind === "file" ? "there is no file" : "the folder is empty";
  return fail({
    kind: "wrong_output",
    name: "OutputMissing",
    message:
      `Output "${name}" was not made: the step returned nothing for it, and ${what} at ${place}. ` +
      `Write it there, or return ${kind === "file" ? "fileAt(path)" : "directoryAt(path)"}.`,
  });
};
