import { access } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "./errors.ts";
import { npm } from "./npm.ts";

export interface Packing {
  /** As the folder's package.json has them. */
  readonly name: string;
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `npm pack` in a folder; no script of it is run.
 *
 * @returns path of the tarball, in the folder
 * @throws PackageError
 */
export const packFolder = async (folder: string, { name, version, signal }: Packing): Promise<string> => {
  const purpose = "make the package of this project";
  await npm(["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: folder, purpose, signal });
  // As npm names it: the scope of a name becomes its beginning.
  const tarball = join(folder, `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`);
  await access(tarball).catch((cause) => {
    throw new PackageError(`\`npm pack\` made no ${tarball}.`, { cause });
  });
  return tarball;
};
