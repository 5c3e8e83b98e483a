import { promisify } from "node:util";
import { PackageError } from "./errors.ts";

export interface NpmCall {
  readonly cwd: string;
  /** What npm is called for, for the message of its failure: `make the package`. */
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
}

/** Of npm's own output, for a message. */
const LAST_LINES = 8;
/** A project may have many files, and npm names each. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs this machine's npm.
 *
 * @returns what it printed on stdout
 * @throws PackageError that has npm's last lines, or says that there is no npm
 */
export const npm = async (args: readonly string[], { cwd, purpose, signal }: NpmCall): Promise<string> => {
  // Not imported: it takes 3 ms to load, and most runs need no npm.
  const { execFile } = process.getBuiltinModule("node:child_process");
  const options = { cwd, signal, maxBuffer: MAX_OUTPUT, env: { ...process.env, NO_COLOR: "1" } };
  try {
    return (await promisify(execFile)("npm", [...args, ...QUIET], options)).stdout;
  } catch (error) {
    throw failure(error as NodeJS.ErrnoException & { stderr?: string }, `npm ${args[0]}`, purpose);
  }
};

const QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];

const failure = (
  cause: NodeJS.ErrnoException & { stderr?: string },
  command: string,
  purpose: string,
): PackageError => {
  if (cause.code === "ENOENT") {
    const hint = "Install npm, which comes with Node, or put it on the PATH.";
    return new PackageError(`npm is needed to ${purpose}, and there is none on the PATH. ${hint}`, { cause });
  }
  const told = (cause.stderr ?? "").trim().split("\n").slice(-LAST_LINES).join("\n");
  return new PackageError(`\`${command}\` failed to ${purpose}:\n${told || cause.message}`, { cause });
};
