import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory that is gone at the end of the test. */
export const temporaryDirectory = async () => {
  const path = await mkdtemp(join(tmpdir(), "stepdock-docker-"));
  return {
    path,
    /** Writes a file below it and the directories it needs; returns its path. */
    write: async (name: string, content: string, mode = 0o644): Promise<string> => {
      const target = join(path, name);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content, { mode });
      return target;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
};
