import type * as z from "zod/mini";
import { Build, PipelineSnapshot } from "../../model/index.ts";
import { MetadataStoreError } from "../metadata-store-error.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { build, rowsOf } from "./query.ts";

/** Snapshots and builds never change: to save one that is stored already is to do nothing. */
export const insertSnapshot = (database: DatabaseSync, snapshot: PipelineSnapshot): void => {
  const { id, createdAt } = snapshot;
  const insert = build.insertInto("snapshots").values({ id, createdAt, body: JSON.stringify(snapshot) });
  rowsOf(
    database,
    insert.onConflict((conflict) => conflict.column("id").doNothing()),
  );
};

export const insertBuild = (database: DatabaseSync, record: Build): void => {
  const { id, snapshotId, createdAt } = record;
  const insert = build
    .insertInto("builds")
    .values({ id, snapshotId, createdAt, body: JSON.stringify(record) });
  rowsOf(
    database,
    insert.onConflict((conflict) => conflict.column("id").doNothing()),
  );
};

export const selectSnapshot = (database: DatabaseSync, path: string, id: string) => {
  const [row] = rowsOf(database, build.selectFrom("snapshots").select("body").where("id", "=", id));
  return row && parse(PipelineSnapshot, row.body, `snapshot ${id}`, path);
};

export const selectBuild = (database: DatabaseSync, path: string, id: string) => {
  const [row] = rowsOf(database, build.selectFrom("builds").select("body").where("id", "=", id));
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
