import { constants, cp, readdir, stat } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { DirectoryArtifact, isDirectory } from "../../util/stored-files.ts";
import { MaterializerError } from "../errors.ts";
import type { Materializer } from "../port.ts";

const NAME = "directory";

const failed = (problem: string, options?: ErrorOptions): MaterializerError =>
  new MaterializerError(NAME, problem, options);

const checkSource = async (path: string, target: string): Promise<void> => {
  const found = await stat(path).catch((cause: Error) => {
    throw failed(`finds no folder at ${path}. Make it before the step returns.`, { cause });
  });
  if (!found.isDirectory()) throw failed(`finds a file at ${path}. Declare the output as file().`);
  if (!relative(target, path).startsWith("..")) {
    throw failed(`cannot store ${path}, a part of the output's own folder. Return ${target} itself.`);
  }
};

const refuseFilled = async (directory: string): Promise<void> => {
  if ((await readdir(directory)).length === 0) return;
  throw failed(
    `finds ${directory} filled already. Return that folder, or leave it empty and return another.`,
  );
};

/** Node's own words name what cannot be copied: a socket, a pipe, a device. */
const explain = (cause: NodeJS.ErrnoException): never => {
  if (!cause.code?.startsWith("ERR_FS_CP")) throw cause;
  throw failed(`cannot copy that folder: ${cause.message}. Leave it out.`, { cause });
};

/** A folder with all that is in it. One that is elsewhere is copied, by reflinks where the file system has them. */
export const directoryMaterializer: Materializer<DirectoryArtifact> = {
  name: NAME,
  accepts: isDirectory,
  save: async (folder, directory) => {
    const [path, target] = [resolve(folder.path), resolve(directory)];
    if (path === target) return;
    await checkSource(path, target);
    await refuseFilled(target);
    const mode = constants.COPYFILE_FICLONE;
    await cp(path, target, { recursive: true, verbatimSymlinks: true, mode }).catch(explain);
  },
  load: async (directory) => new DirectoryArtifact(directory),
  metadata: () => ({}),
  typeOf: () => "directory",
};
