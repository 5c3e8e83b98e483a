import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { DatabaseSync } from "./node-sqlite.ts";

/** A statement that one connection keeps, so that it is prepared once. */
export class Statement {
  readonly #statement: StatementSync;
  readonly #keys: readonly string[];

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
    this.#keys = this.#statement.columns().map(({ name }) => toCamelCase(name));
    this.#statement.setReturnArrays(true);
  }

  /** Runs it to its end; its rows under the names that the model has for the columns. */
  rows(parameters: readonly unknown[]): object[] {
    const rows = this.#statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][];
    return rows.map((values) => this.#named(values));
  }

  #named(values: readonly unknown[]): object {
    const row: Record<string, unknown> = {};
    for (const [index, key] of this.#keys.entries()) row[key] = values[index];
    return row;
  }
}

const toCamelCase = (column: string): string =>
  column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const statements = new WeakMap<DatabaseSync, Map<string, Statement>>();

/** The statement of that text; prepared at its first use. */
export const statementOf = (database: DatabaseSync, sql: string): Statement => {
  const known = statements.get(database) ?? new Map<string, Statement>();
  const statement = known.get(sql) ?? new Statement(database, sql);
  statements.set(database, known.set(sql, statement));
  return statement;
};
