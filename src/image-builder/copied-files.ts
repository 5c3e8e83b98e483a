import type { DockerSettings } from "../model/index.ts";
import { contentHash, type RootEntry } from "./base-image-root.ts";
import { entriesAt } from "./folder-entries.ts";
import { IMAGE_ROOT } from "./image-paths.ts";
import { changedMeanwhile, ImageSettingsError } from "./image-settings-error.ts";
import { readSource, sourceOf } from "./settings-source.ts";

/** A file or folder of the project that goes into the image. */
export interface CopiedFiles {
  /** Where it goes. */
  readonly target: string;
  /** As the settings name it. */
  readonly named: string;
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
    copies.push({ target, named, inContext, identity: await identityOf(inContext, entries), entries });
  }
  return copies;
};

/** Whether the files are what they were. @throws ImageSettingsError */
export const checkCopies = async (copies: readonly CopiedFiles[]): Promise<void> => {
  for (const { named, inContext, identity, entries } of copies) {
    if ((await identityOf(inContext, entries)) === identity) continue;
    throw changedMeanwhile("copyFiles", named, `${named}, which is to be copied, was changed meanwhile`);
  }
};

/** By its own paths: that another file was added before it changes nothing. */
const identityOf = (inContext: string, entries: readonly RootEntry[]): Promise<string> =>
  contentHash(entries.map((entry) => ({ ...entry, path: entry.path.slice(inContext.length) })));

const checkTarget = (target: string): void => {
  if (target !== IMAGE_ROOT && !target.startsWith(`${IMAGE_ROOT}/`)) return;
  const text = `"settings.docker.copyFiles" copies to ${target}, where stepdock keeps what runs the step.`;
  throw new ImageSettingsError("copyFiles", target, `${text} Copy to another path.`);
};
