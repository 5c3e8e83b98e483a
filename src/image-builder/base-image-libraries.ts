import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runProgram } from "./base-image-host.ts";

/** Libraries that the C library loads by name at run time, or that native add-ons often link: kept where it lies. */
const LOADED_BY_NAME = [
  "libnss_dns.so.2",
  "libnss_files.so.2",
  "libresolv.so.2",
  "librt.so.1",
  "libutil.so.1",
];

const STATIC = /not a dynamic executable|not a valid dynamic program|statically linked/i;

/** Paths of the loader and libraries in what `ldd` prints; throws where it names one that is missing. */
export const parseLdd = (output: string): string[] => {
  const missing = /^\s*(\S+) => not found$/m.exec(output);
  if (missing) throw new Error(`the library ${missing[1]} is missing`);
  return [...output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, path]) => path as string);
};

/** What the program at `path` needs to run: the loader, the libraries it links, those they load by name. */
export const sharedLibraries = async (path: string, signal?: AbortSignal): Promise<string[]> => {
  const linked = parseLdd(await ldd(path, signal));
  const besides = linked.filter((library) => basename(library) === "libc.so.6").flatMap(besideLibc);
  return [...linked, ...(await existing(besides))];
};

const ldd = async (path: string, signal?: AbortSignal): Promise<string> => {
  try {
    return (await runProgram("ldd", [path], signal)).stdout;
  } catch (error) {
    if (STATIC.test(String((error as { stderr?: unknown }).stderr))) return "";
    throw error;
  }
};

const besideLibc = (libc: string): string[] => LOADED_BY_NAME.map((name) => join(dirname(libc), name));

const existing = async (paths: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => found[index]);
};
