import { importInto } from "../../../../../src/host/import-run.ts";
import { openWorkspace } from "../../../../../src/workspace/workspace.ts";

/** Imports an archive, and dies when everything is in place but the records: as after a loss of power. */
const [workspaceRoot = "", file = ""] = process.argv.slice(2);
const workspace = await openWorkspace(workspaceRoot);
workspace.metadata.importRun = async () => {
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
};
await importInto(workspace, file);
