import { StepdockError } from "../errors/error.ts";

const FREE_SPACE = "Free some there, or keep the workspace on another disk (--workspace)";
const ALLOW = "Give this user the right to write there, or keep the workspace elsewhere (--workspace)";
const CHECK = "Check the disk and the kernel's log";

/** What the kernel said, in words, and what helps. */
const REASONS: Readonly<Record<string, readonly [reason: string, wayOut: string]>> = {
  ENOSPC: ["no space is left on the disk that holds it", FREE_SPACE],
  EDQUOT: ["the disk quota of this user is used up", FREE_SPACE],
  EROFS: ["it lies on a file system that is mounted read-only", ALLOW],
  EACCES: ["this user may not write there", ALLOW],
  EPERM: ["this user may not write there", ALLOW],
  EFBIG: ["it is larger than a file may be there", "Raise that limit, or store it in several outputs"],
  EIO: ["the disk failed", CHECK],
  ENOENT: ["its directory is not there", "Do not remove the workspace's directories while a run is going on"],
  ENOTDIR: ["a part of its path is no directory", "Remove what is in the way"],
  ENAMETOOLONG: ["its path is longer than the file system takes", "Keep the workspace at a shorter path"],
  EEXIST: ["there is a file of that name already", "Write each file of an output once"],
};

/** An output, or the directory for it, could not be written for a reason outside the program. */
export class OutputWriteError extends StepdockError {
  override readonly code = "output_not_written";
  readonly path: string;
  /** The system's name for the reason: `ENOSPC`. */
  readonly errno: string;

  constructor(path: string, errno: string, options?: ErrorOptions) {
    const [reason, wayOut] = REASONS[errno] ?? ["the system refused", CHECK];
    super(`${path} cannot be written: ${reason} (${errno}). ${wayOut}, and run again.`, options);
    this.path = path;
    this.errno = errno;
  }
}

/** A system error that names another path is not about the output: a materializer may have read a file of its own. */
const isAbout = (directory: string, path: unknown): boolean =>
  typeof path !== "string" || path === directory || path.startsWith(`${directory}/`);

/** Runs `write`, which writes below `directory`, and tells what the system refused as an `OutputWriteError`. */
export const explainWriteErrors = async <T>(directory: string, write: () => Promise<T>): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    const { code, path } = error as { code?: unknown; path?: unknown };
    if (typeof code !== "string" || !Object.hasOwn(REASONS, code) || !isAbout(directory, path)) throw error;
    throw new OutputWriteError(typeof path === "string" ? path : directory, code, { cause: error });
  }
};
