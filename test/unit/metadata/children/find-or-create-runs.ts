/** Asks the database of its argument for 50 runs that others ask for, too, and prints the ids that it gets. */
import { openSqliteMetadataStore } from "../../../../src/metadata/sqlite-metadata-store.ts";
import { aRun, aSnapshot } from "../../../contract/metadata-records.ts";

await using store = await openSqliteMetadataStore({ path: String(process.argv[2]) });
await store.saveSnapshot(aSnapshot());
const ids: string[] = [];
for (let index = 0; index < 50; index++) {
  const wanted = aRun(`${process.pid}-${index}`, { orchestratorRunId: `shared-${index}` });
  ids.push((await store.findOrCreateRun(wanted)).id);
}
console.log(ids.join());
