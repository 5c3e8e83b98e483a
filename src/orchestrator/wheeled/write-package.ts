import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundlesOfSnapshot, type PipelineSnapshot } from "../../model/index.ts";
import { BUNDLES_IN_PACKAGE, ENTRYPOINT_IN_PACKAGE, PACKAGE_FOLDER } from "./package-layout.ts";

export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  /** Package → version: what the bundles leave out. */
  readonly dependencies: Readonly<Record<string, string>>;
}

type Manifest = Readonly<Record<string, unknown>> & { readonly files?: readonly string[] };

/** What of the user's own package.json counts for files that are run as they are. */
const KEPT = ["description", "license", "type", "imports", "files"] as const;

/** Writes the package.json of a package over the user's: scripts and dependencies of the project are of no use to it. */
export const writeManifest = async (
  root: string,
  { name, version, dependencies }: PackageFacts,
): Promise<void> => {
  const path = join(root, "package.json");
  const own = JSON.parse(await readFile(path, "utf8").catch(unlessMissing)) as Manifest;
  const kept = Object.fromEntries(KEPT.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]]])));
  const files = own.files ? { files: [...own.files, PACKAGE_FOLDER] } : {};
  const manifest = { name, version, private: true, ...kept, ...files, dependencies };
  await writeFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
};

const unlessMissing = (error: NodeJS.ErrnoException): string => {
  if (error.code === "ENOENT") return "{}";
  throw error;
};

export interface PackagedCode {
  readonly snapshot: PipelineSnapshot;
  /** Code hash → bundle. */
  readonly bundles: ReadonlyMap<string, { readonly code: string }>;
  /** The file that runs a step. */
  readonly entrypoint: string;
}

/** Writes what runs the steps of a snapshot: the entrypoint, and the bundle of each step and hook. */
export const writeCode = async (
  root: string,
  { snapshot, bundles, entrypoint }: PackagedCode,
): Promise<void> => {
  await mkdir(join(root, BUNDLES_IN_PACKAGE), { recursive: true });
  await copyFile(entrypoint, join(root, ENTRYPOINT_IN_PACKAGE));
  for (const hash of bundlesOfSnapshot(snapshot)) {
    const bundle = bundles.get(hash);
    if (!bundle) throw new TypeError(`there is no bundle ${hash}`);
    await writeFile(join(root, BUNDLES_IN_PACKAGE, `${hash}.mjs`), bundle.code);
  }
};
