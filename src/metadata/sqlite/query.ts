import type { SQLInputValue } from "node:sqlite";
import {
  CamelCasePlugin,
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { DatabaseSync } from "./node-sqlite.ts";
import type { Tables } from "./tables.ts";

/** Kysely's own mapping of names, also for rows that did not come through its driver. */
class ColumnNames extends CamelCasePlugin {
  readonly toCamelCase = (row: Record<string, unknown>): Record<string, unknown> => this.mapRow(row);
}
const columnNames = new ColumnNames();

/**
 * Builds queries and runs none. Kysely runs queries asynchronously; a transaction would then be open across `await`s,
 * and a second connection of this process that waits for the lock would block the thread that has to release it.
 */
export const build = new Kysely<Tables>({
  dialect: {
    createDriver: () => new DummyDriver(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  },
  plugins: [columnNames],
});

/**
 * Runs a query at once; its rows, of which a change without RETURNING has none.
 * Statements are not cached: preparing one takes 25 µs, and the fsync of one commit 20 times as long.
 */
export const rowsOf = <Row>(database: DatabaseSync, query: Compilable<Row>): Row[] => {
  const { sql, parameters } = query.compile();
  const rows = database.prepare(sql).all(...(parameters as SQLInputValue[]));
  return rows.map(columnNames.toCamelCase) as Row[];
};

/** The first row that the query gives, undefined where it gives none. */
export const rowOf = <Row>(database: DatabaseSync, query: Compilable<Row>): Row | undefined =>
  rowsOf(database, query)[0];
