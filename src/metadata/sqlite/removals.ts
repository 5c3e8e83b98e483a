import { type ArtifactVersion, IMPORTED } from "../../model/index.ts";
import type { Removal } from "../port.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf } from "./query.ts";
import type { Tables } from "./tables.ts";

const insertion = query<Tables["removals"], unknown>("putRemoval", ({ build }, value) =>
  build
    .insertInto("removals")
    .values(slotsOf(["uri", "body"], value))
    .onConflict((conflict) =>
      conflict.column("uri").doUpdateSet((row) => ({ body: row.ref("excluded.body") })),
    ),
);

export const insertRemovals = (database: DatabaseSync, removals: readonly Removal[]): void => {
  for (const { uri, ...rest } of removals) insertion(database, { uri, body: JSON.stringify(rest) });
};

export const removalOf = ({ uri, metadata, name, sizeBytes }: ArtifactVersion): Removal => ({
  ...{ uri, imported: metadata[IMPORTED] === true },
  artifact: { name, sizeBytes },
});

/** What was removed and then imported again is not to be removed. */
const pending = query<object, Tables["removals"]>("removals", ({ build }) =>
  build
    .selectFrom("removals")
    .selectAll()
    .where("uri", "not in", build.selectFrom("artifacts").select("uri"))
    .orderBy("uri"),
);

export const selectRemovals = (database: DatabaseSync): Removal[] =>
  pending(database, {}).map(({ uri, body }) => ({ uri, ...JSON.parse(body) }));

const deletion = query<{ uri: string }, unknown>("deleteRemoval", ({ build }, value) =>
  build.deleteFrom("removals").where("uri", "=", value("uri")),
);

export const deleteRemovals = (database: DatabaseSync, uris: readonly string[]): void => {
  for (const uri of uris) deletion(database, { uri });
};
