import { clean } from "../../../../src/host/clean.ts";
import { openWorkspace } from "../../../../src/workspace/workspace.ts";

/** Removes all runs of a workspace, and dies after the files of the first artifact. */
const [workspaceRoot = ""] = process.argv.slice(2);
const workspace = await openWorkspace(workspaceRoot);
await clean(workspace, () => Promise.reject(new Error("not reached")), {
  keep: 0,
  onRemoved: async () => {
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  },
});
