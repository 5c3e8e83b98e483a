/** Opens the database of its argument, saves a snapshot and prints the workspace id, or the error's facts as JSON. */
import { openSqliteMetadataStore } from "../../../../src/metadata/sqlite-metadata-store.ts";
import { aSnapshot } from "../../../contract/metadata-records.ts";

try {
  await using store = await openSqliteMetadataStore({ path: String(process.argv[2]) });
  await store.saveSnapshot(aSnapshot(`snapshot-${process.pid}`));
  console.log(store.workspaceId);
} catch (error) {
  console.log(JSON.stringify(error));
}
