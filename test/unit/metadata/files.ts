import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface DatabaseFile extends AsyncDisposable {
  readonly directory: string;
  /** Where a database may be made; nothing is there yet. */
  readonly path: string;
}

/** A directory of its own under the temporary one, removed when disposed of. */
export const aDatabaseFile = async (): Promise<DatabaseFile> => {
  const directory = await mkdtempDisposable(join(tmpdir(), "stepdock-sqlite-"));
  return {
    directory: directory.path,
    path: join(directory.path, "stepdock.db"),
    [Symbol.asyncDispose]: () => directory.remove(),
  };
};
