import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** A file that a container left is not the plain file that it should be. */
export class UntrustedFileError extends Error {}

/** Reads a file that a container wrote: never through a link (it could lead to a secret of the host's), and bounded. */
export const readUntrusted = async (path: string, maxBytes: number): Promise<Buffer> => {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const status = await file.stat();
  if (!status.isFile()) throw new UntrustedFileError(`${path} is not a plain file`);
  if (status.size > maxBytes)
    throw new UntrustedFileError(`${path} has ${status.size} bytes, more than ${maxBytes}`);
  return await file.readFile();
};
