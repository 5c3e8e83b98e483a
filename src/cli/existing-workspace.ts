import { hasWorkspace, NoWorkspaceError } from "../workspace/existing.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Opens the workspace for a command that only reads: one that is not there is not made. */
export const openExisting = async (root: string): Promise<Workspace | undefined> => {
  if (!hasWorkspace(root)) return undefined;
  const { openWorkspace } = await import("../workspace/workspace.ts");
  return await openWorkspace(root, async (name, workspace) =>
    (await import("../composition.ts")).storeNamed(name, workspace),
  );
};

/** The same, for a command that can do nothing without. @throws NoWorkspaceError */
export const requireExisting = async (root: string): Promise<Workspace> => {
  const workspace = await openExisting(root);
  if (workspace) return workspace;
  throw new NoWorkspaceError(root);
};
