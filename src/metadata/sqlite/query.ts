import type { Compilable } from "kysely";
import { type Builder, builder } from "./builder.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { statementOf } from "./statement.ts";
import { STATEMENTS } from "./statements.ts";

/** Stands for the value of that name, of the same type for the compiler. */
export type ValueOf<Values> = <Name extends keyof Values & string>(name: Name) => Values[Name];

/** A query that runs at once; its rows, of which a change without RETURNING has none. */
export type Query<Values, Row> = (database: DatabaseSync, values: Values) => Row[];

/** Writes a query whose only parameters are values by name; what is constant is a literal of it. */
export type Make<Values, Row> = (builder: Builder, value: ValueOf<Values>) => Compilable<Row>;

/** All queries there are, for `statements.ts` to be written from them. */
export const QUERIES = new Map<string, Make<never, unknown>>();

/** A query of that name. Its text is in `statements.ts`, so that no run has to load Kysely; it is prepared once for each connection. */
export const query = <Values extends object, Row>(
  name: string,
  make: Make<Values, Row>,
): Query<Values, Row> => {
  QUERIES.set(name, make as Make<never, unknown>);
  let run: Query<Values, Row> | undefined;
  return (database, values) => {
    run ??= queryOf(STATEMENTS[name] ?? textOf(make as Make<never, unknown>));
    return run(database, values);
  };
};

/**
 * An UPDATE that can set all columns, of which those are set that are asked for: to set an indexed one writes its index
 * again, even with the value that it has.
 */
export const update = <Values extends object>(
  name: string,
  make: Make<Values, unknown>,
): ((names: readonly string[]) => Query<Values, unknown>) => {
  QUERIES.set(name, make as Make<never, unknown>);
  const made = new Map<string, Query<Values, unknown>>();
  return (names) => {
    const key = names.join();
    const known =
      made.get(key) ?? queryOf(setting(names, STATEMENTS[name] ?? textOf(make as Make<never, unknown>)));
    made.set(key, known);
    return known;
  };
};

/** The text of an UPDATE without what sets other columns than these. */
export const setting = (names: readonly string[], text: string): string =>
  text.replace(/(?<= set ).*(?= where )/s, (all) => {
    const wanted = new Set(names.map((name) => `:${name}`));
    return all
      .split(", ")
      .filter((clause) => wanted.has(clause.split(" = ")[1] ?? ""))
      .join(", ");
  });

const PLACE = /:(\w+)/g;

const queryOf = <Values extends object, Row>(text: string): Query<Values, Row> => {
  const names = [...text.matchAll(PLACE)].map(([, name]) => name as keyof Values);
  const sql = text.replaceAll(PLACE, "?");
  return (database, values) => statementOf(database, sql).rows(names.map((name) => values[name])) as Row[];
};

/** Stands in a query for a value that is given when it runs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** The text of a query, with the names of its values, as `statements.ts` has it. */
export const textOf = (make: Make<never, unknown>): string => {
  const { sql, parameters } = make(builder(), (name: string) => new Slot(name) as never).compile();
  const left = [...parameters];
  return sql.replaceAll("?", () => {
    const parameter = left.shift();
    if (!(parameter instanceof Slot))
      throw new TypeError(`${String(parameter)} must be a literal in: ${sql}`);
    return `:${parameter.name}`;
  });
};

/** A slot for each of the columns, to be inserted or set. */
export const slotsOf = <Values, Name extends keyof Values & string>(
  names: readonly Name[],
  value: ValueOf<Values>,
): Pick<Values, Name> => Object.fromEntries(names.map((name) => [name, value(name)])) as Pick<Values, Name>;
