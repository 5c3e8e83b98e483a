import { existsSync } from "node:fs";
import { workspacePaths } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { UsageError } from "./errors.ts";

/** Opens the workspace for a command that only reads: one that is not there is not made. */
export const openExisting = async (root: string): Promise<Workspace | undefined> => {
  if (!existsSync(workspacePaths(root).database)) return undefined;
  const { openWorkspace } = await import("../workspace/workspace.ts");
  return await openWorkspace(root, async (name, workspace) =>
    (await import("../composition.ts")).storeNamed(name, workspace),
  );
};

/** The same, for a command that can do nothing without. @throws UsageError */
export const requireExisting = async (root: string): Promise<Workspace> => {
  const workspace = await openExisting(root);
  if (workspace) return workspace;
  throw new UsageError(noWorkspace(root));
};

export const noWorkspace = (root: string): string =>
  `There is no workspace at ${root} yet: the first \`stepdock run\` makes it. ` +
  "Another one is named with --workspace or STEPDOCK_HOME.";
