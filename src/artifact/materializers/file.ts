import { constants, copyFile, readdir, rename, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FileArtifact, isFile } from "../../util/stored-files.ts";
import { ArtifactDamagedError, MaterializerError } from "../errors.ts";
import { listPlainTree } from "../plain-files.ts";
import type { Materializer } from "../port.ts";

const NAME = "file";

const failed = (problem: string, options?: ErrorOptions): MaterializerError =>
  new MaterializerError(NAME, problem, options);

const checkSource = async ({ path, name }: FileArtifact): Promise<void> => {
  const found = await stat(path).catch((cause: Error) => {
    throw failed(`finds no file at ${path}. Write it there before the step returns.`, { cause });
  });
  if (found.isDirectory()) throw failed(`finds a folder at ${path}. Declare the output as directory().`);
  if (!found.isFile()) throw failed(`finds no plain file at ${path}. Write one.`);
  if (/[/\0]|^\.{0,2}$/.test(name)) throw failed(`cannot store a file under the name "${name}".`);
};

/**
 * From the place of the output it is at most renamed. From anywhere else it is shared by a reflink, or else copied
 * piece by piece; it stays where it was, since it may be the user's own.
 */
const bring = async (path: string, target: string): Promise<void> => {
  if (path === target) return;
  if (dirname(path) === dirname(target)) return await rename(path, target);
  await copyFile(path, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
};

const refuseOthers = async (directory: string, name: string): Promise<void> => {
  const others = (await readdir(directory)).filter((entry) => entry !== name);
  if (others.length === 0) return;
  throw failed(
    `finds ${others.slice(0, 3).join(", ")} beside ${name} at ${directory}, and a file is alone in its output. ` +
      "Write what is temporary elsewhere, or declare the output as directory().",
  );
};

/** One file under its own name. */
export const fileMaterializer: Materializer<FileArtifact> = {
  name: NAME,
  accepts: isFile,
  save: async (file, directory) => {
    await checkSource(file);
    await bring(resolve(file.path), join(resolve(directory), file.name));
    await refuseOthers(directory, file.name);
  },
  load: async (directory) => {
    const [name, ...others] = (await listPlainTree(directory)).files;
    if (name !== undefined && others.length === 0) return new FileArtifact(join(directory, name));
    const problem = `it holds ${others.length === 0 ? "no file" : "several files"}, and should hold one.`;
    throw new ArtifactDamagedError({ path: directory, problem });
  },
  metadata: ({ name, mediaType }) => ({ name, ...(mediaType === undefined ? {} : { mediaType }) }),
  typeOf: () => "file",
};
