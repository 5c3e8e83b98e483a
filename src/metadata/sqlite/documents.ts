import type * as z from "zod/mini";
import { Build, PipelineSnapshot } from "../../model/index.ts";
import { MetadataStoreError } from "../metadata-store-error.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf } from "./query.ts";
import type { Tables } from "./tables.ts";

const snapshotInsertion = query<Tables["snapshots"], unknown>("insertSnapshot", ({ build }, value) =>
  build
    .insertInto("snapshots")
    .values(slotsOf(["id", "createdAt", "body"], value))
    .onConflict((conflict) => conflict.column("id").doNothing()),
);

const buildInsertion = query<Tables["builds"], unknown>("insertBuild", ({ build }, value) =>
  build
    .insertInto("builds")
    .values(slotsOf(["id", "snapshotId", "createdAt", "body"], value))
    .onConflict((conflict) => conflict.column("id").doNothing()),
);

/** Snapshots and builds never change: to save one that is stored already is to do nothing. */
export const insertSnapshot = (database: DatabaseSync, snapshot: PipelineSnapshot): void => {
  const { id, createdAt } = snapshot;
  snapshotInsertion(database, { id, createdAt, body: JSON.stringify(snapshot) });
};

export const insertBuild = (database: DatabaseSync, record: Build): void => {
  const { id, snapshotId, createdAt } = record;
  buildInsertion(database, { id, snapshotId, createdAt, body: JSON.stringify(record) });
};

type Body = { readonly body: string };

const snapshotBody = query<{ id: string }, Body>("snapshotById", ({ build }, value) =>
  build.selectFrom("snapshots").select("body").where("id", "=", value("id")),
);

const buildBody = query<{ id: string }, Body>("buildById", ({ build }, value) =>
  build.selectFrom("builds").select("body").where("id", "=", value("id")),
);

export const selectSnapshot = (database: DatabaseSync, path: string, id: string) => {
  const [row] = snapshotBody(database, { id });
  return row && parse(PipelineSnapshot, row.body, `snapshot ${id}`, path);
};

export const selectBuild = (database: DatabaseSync, path: string, id: string) => {
  const [row] = buildBody(database, { id });
  return row && parse(Build, row.body, `build ${id}`, path);
};

/** Whole pipelines are run from these, so what another release or another hand wrote is checked before it is used. */
const parse = <Model extends z.ZodMiniType>(model: Model, body: string, subject: string, path: string) => {
  try {
    return model.parse(JSON.parse(body)) as z.infer<Model>;
  } catch (cause) {
    throw new MetadataStoreError(
      "damaged",
      path,
      `The stored ${subject} in ${path} is not readable by this stepdock: run the pipeline anew.`,
      { cause },
    );
  }
};
