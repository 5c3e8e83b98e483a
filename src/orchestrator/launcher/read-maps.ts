import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bundlesOfSnapshot, type PipelineRun, type PipelineSnapshot } from "../../model/index.ts";
import { stackMapper } from "../base/stack-mapper.ts";

/** Points stacks at the user's sources, as far as the workspace has the maps. */
export const readMaps = async (
  directory: string,
  { metadata: { projectRoot } }: PipelineRun,
  snapshot: PipelineSnapshot,
): Promise<(stack: string) => string> => {
  const maps = await Promise.all(
    bundlesOfSnapshot(snapshot).map(
      async (hash) => [hash, await readIfThere(join(directory, `${hash}.mjs.map`))] as const,
    ),
  );
  const known = maps.flatMap(([hash, map]) => (map === undefined ? [] : [[hash, { map }] as const]));
  return stackMapper(new Map(known), typeof projectRoot === "string" ? projectRoot : "");
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};
