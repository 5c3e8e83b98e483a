import { isStepdockError } from "../../errors/error.ts";
import type { Removal } from "../../metadata/port.ts";
import type { CleanContext } from "../clean.ts";

/**
 * Removes the files of artifacts that no record tells of any more: of a run that was removed just now, and of earlier ones
 * where whoever removed them died, or their store failed, before all of it was done.
 */
export const finishRemovals = async (context: CleanContext): Promise<void> => {
  const { metadata } = context.workspace;
  const done: string[] = [];
  try {
    for (const removal of await metadata.listRemovals()) {
      await tellAndRemove(context, removal);
      done.push(removal.uri);
    }
  } finally {
    if (done.length > 0 && !context.dryRun) await metadata.forgetRemovals(done);
  }
};

const tellAndRemove = async (context: CleanContext, removal: Removal): Promise<void> => {
  const { uri, artifact } = removal;
  const work = () => removeFiles(context, removal);
  if (artifact) await context.remove({ kind: "artifact", id: uri, ...artifact }, work);
  else if (!context.dryRun) await work();
};

/**
 * Of what was imported only the copies here: others may have the same in the same bucket. A store that is not there any
 * more keeps what it has.
 */
const removeFiles = async ({ workspace, note }: CleanContext, { uri, imported }: Removal): Promise<void> => {
  try {
    const store = await workspace.artifactStoreOf(uri);
    await (imported ? store.discard(uri) : store.remove(uri));
  } catch (error) {
    if (!isStepdockError(error) || error.code !== "not_found") throw error;
    await note(`the files of ${uri} were left where they are: ${error.message}`);
  }
};
