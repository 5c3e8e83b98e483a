import { existsSync } from "node:fs";
import { StepdockError } from "../errors/error.ts";
import { workspacePaths } from "./paths.ts";

export const hasWorkspace = (root: string): boolean => existsSync(workspacePaths(root).database);

export const noWorkspace = (root: string): string =>
  `There is no workspace at ${root} yet: the first \`stepdock run\` makes it. ` +
  "Another one is named with --workspace or STEPDOCK_HOME.";

/** Something was asked for that only a workspace has, and there is none: it is not made for that. */
export class NoWorkspaceError extends StepdockError {
  readonly code = "usage";

  constructor(root: string) {
    super(noWorkspace(root));
  }
}

/** @throws NoWorkspaceError */
export const mustHaveWorkspace = (root: string): void => {
  if (!hasWorkspace(root)) throw new NoWorkspaceError(root);
};
