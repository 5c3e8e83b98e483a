import { join } from "node:path";
import { openSqliteMetadataStore } from "../../src/metadata/sqlite-metadata-store.ts";
import { describeMetadataStore } from "./metadata-store.contract.ts";
import { describeRegistrations } from "./registrations.contract.ts";

describeMetadataStore("SQLite", (directory) =>
  openSqliteMetadataStore({ path: join(directory, "stepdock.db") }),
);

describeRegistrations("SQLite", (directory) =>
  openSqliteMetadataStore({ path: join(directory, "stepdock.db") }),
);
