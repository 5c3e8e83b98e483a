import { expect, test } from "vitest";
import "../../../../src/metadata/sqlite-metadata-store.ts";
import { QUERIES, setting, textOf } from "../../../../src/metadata/sqlite/query.ts";
import { STATEMENTS } from "../../../../src/metadata/sqlite/statements.ts";

const LINE_WIDTH = 110;

const property = ([name, make]: readonly [string, Parameters<typeof textOf>[0]]): string => {
  const line = `  ${name}: '${textOf(make).replaceAll("'", "\\'")}',`;
  return line.length > LINE_WIDTH ? line.replace(": ", ":\n    ") : line;
};

const file = (): string =>
  [
    "/** The texts of all queries, as Kysely makes them: `npx vitest run statements.test.ts --update=all` writes this file. */",
    "export const STATEMENTS: Readonly<Record<string, string>> = {",
    ...[...QUERIES].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(property),
    "};\n",
  ].join("\n");

test("the stored texts of queries are those that Kysely makes", async () => {
  expect(QUERIES.size).toBeGreaterThan(20);
  await expect(file()).toMatchFileSnapshot("../../../../src/metadata/sqlite/statements.ts");
});

test("an update without the columns that stay is the one that Kysely makes", () => {
  const wanted = textOf(({ build }, value: (name: string) => never) =>
    build
      .updateTable("stepRuns")
      .set({ status: value("status"), finishedAt: value("finishedAt") })
      .where("id", "=", value("id")),
  );
  expect(setting(["status", "finishedAt"], STATEMENTS.updateStepRun ?? "")).toBe(wanted);
});
