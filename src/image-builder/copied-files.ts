import type { DockerSettings } from "../model/index.ts";
import { contentHash, type RootEntry } from "./base-image-root.ts";
import { entriesAt } from "./folder-entries.ts";
import { IMAGE_ROOT } from "./image-paths.ts";
import { ImageSettingsError } from "./image-settings-error.ts";
import { readSource, sourceOf } from "./settings-source.ts";

/** A file or folder of the project that goes into the image. */
export interface CopiedFiles {
  /** Where it goes. */
  readonly target: string;
  /** Where it is in the build's context. */
  readonly inContext: string;
  readonly identity: string;
  readonly entries: readonly RootEntry[];
}

export const planCopies = async (
  projectRoot: string,
  { copyFiles = {} }: DockerSettings,
): Promise<CopiedFiles[]> => {
  const copies: CopiedFiles[] = [];
  for (const [index, [target, named]] of Object.entries(copyFiles).entries()) {
    checkTarget(target);
    const inContext = `files/${index}`;
    const source = sourceOf(projectRoot, "copyFiles", named);
    const entries = await readSource(source, (path) => entriesAt(path, inContext));
    // by its own paths: that another file was added before it changes nothing
    const identity = await contentHash(
      entries.map((entry) => ({ ...entry, path: entry.path.slice(inContext.length) })),
    );
    copies.push({ target, inContext, identity, entries });
  }
  return copies;
};

const checkTarget = (target: string): void => {
  if (target !== IMAGE_ROOT && !target.startsWith(`${IMAGE_ROOT}/`)) return;
  const text = `"settings.docker.copyFiles" copies to ${target}, where stepdock keeps what runs the step.`;
  throw new ImageSettingsError("copyFiles", target, `${text} Copy to another path.`);
};
