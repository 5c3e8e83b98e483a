import { createRequire } from "node:module";
import type * as KyselyModule from "kysely";
import type { Tables } from "./tables.ts";

/** What queries are written with. */
export interface Builder {
  readonly build: KyselyModule.Kysely<Tables>;
  readonly sql: typeof KyselyModule.sql;
}

let made: Builder | undefined;

/**
 * Builds queries and runs none. Kysely runs queries asynchronously; a transaction would then be open across `await`s,
 * and a second connection of this process that waits for the lock would block the thread that has to release it.
 *
 * Kysely is loaded only then, and at once: the texts of all queries are in `statements.ts`, which need it no more.
 */
export const builder = (): Builder => (made ??= makeBuilder());

const makeBuilder = (): Builder => {
  const kysely = createRequire(import.meta.url)("kysely") as typeof KyselyModule;
  const build = new kysely.Kysely<Tables>({
    dialect: {
      createDriver: () => new kysely.DummyDriver(),
      createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
      createAdapter: () => new kysely.SqliteAdapter(),
      createIntrospector: (database) => new kysely.SqliteIntrospector(database),
    },
    plugins: [new kysely.CamelCasePlugin()],
  });
  return { build, sql: kysely.sql };
};
