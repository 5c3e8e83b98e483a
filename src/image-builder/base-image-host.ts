import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** The machine whose Node, libraries and busybox an assembled base image is made of. */
export interface AssemblyHost {
  readonly platform: NodeJS.Platform;
  /** As OCI spells it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly nodePath: string;
  /** Without the `v`: `24.1.0`. */
  readonly nodeVersion: string;
  /** Directories in which programs are looked for. */
  readonly searchPath: readonly string[];
}

const OCI_ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };
const USUAL_DIRECTORIES = ["/bin", "/usr/bin", "/usr/local/bin"];

export const thisHost = (): AssemblyHost => ({
  platform: process.platform,
  architecture: OCI_ARCHITECTURES[process.arch] ?? process.arch,
  nodePath: process.execPath,
  nodeVersion: process.versions.node,
  searchPath: [...(process.env.PATH ?? "").split(":").filter(Boolean), ...USUAL_DIRECTORIES],
});

/** The path of the first executable of that name, or undefined. */
export const findProgram = async (host: AssemblyHost, name: string): Promise<string | undefined> => {
  for (const directory of host.searchPath) {
    const path = join(directory, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
};

/** What a program prints, stdout and stderr apart, in the C locale. Rejects where it exits with another status than 0. */
export const runProgram = (file: string, args: readonly string[], signal?: AbortSignal) => {
  // Not imported: where an image is known already, no program runs, and this takes 3 ms to load.
  const { execFile } = process.getBuiltinModule("node:child_process");
  return promisify(execFile)(file, args, { env: { ...process.env, LC_ALL: "C" }, signal });
};
