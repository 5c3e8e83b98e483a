import * as z from "zod/mini";
import { MetadataStoreError } from "../metadata-store-error.ts";
import type { Registered, Registration } from "../registrations.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf } from "./query.ts";
import type { Tables } from "./tables.ts";

const all = query<Record<never, never>, Tables["registrations"]>("registrations", ({ build }) =>
  build.selectFrom("registrations").selectAll().orderBy("kind").orderBy("type").orderBy("name"),
);

const insertion = query<Tables["registrations"], unknown>("putRegistration", ({ build }, value) =>
  build
    .insertInto("registrations")
    .values(slotsOf(["kind", "type", "name", "body"], value))
    .onConflict((conflict) =>
      conflict.columns(["kind", "type", "name"]).doUpdateSet((row) => ({ body: row.ref("excluded.body") })),
    ),
);

const deletion = query<Omit<Tables["registrations"], "body">, unknown>(
  "deleteRegistration",
  ({ build }, value) =>
    build
      .deleteFrom("registrations")
      .where("kind", "=", value("kind"))
      .where("type", "=", value("type"))
      .where("name", "=", value("name")),
);

const name = z.string();
const BODY = {
  component: z.object({ type: name, name, flavor: name, config: z.record(name, z.json()) }),
  flavor: z.object({ type: name, name, module: name, exportName: name }),
  stack: z.object({
    name,
    components: z.object({
      ...{ orchestrator: name, artifactStore: name },
      ...{ imageBuilder: z.optional(name), containerRegistry: z.optional(name) },
      stepOperators: z.optional(z.array(name)),
    }),
  }),
  active: z.string(),
};

export const selectRegistered = (database: DatabaseSync, path: string): Registered => {
  const rows = all(database, {});
  const of = <Kind extends keyof typeof BODY>(kind: Kind) =>
    rows.flatMap((row) => (row.kind === kind ? [parse(BODY[kind], row, path)] : []));
  const [activeStack] = of("active");
  return {
    ...{ components: of("component"), stacks: of("stack"), flavors: of("flavor") },
    ...(activeStack === undefined ? {} : { activeStack: activeStack as string }),
  } as Registered;
};

const parse = (body: z.ZodMiniType, row: Tables["registrations"], path: string): unknown => {
  try {
    return z.parse(body, JSON.parse(row.body));
  } catch (cause) {
    const what = `The registered ${row.kind} "${row.name}" in ${path} is not readable by this stepdock`;
    throw new MetadataStoreError(
      "damaged",
      path,
      `${what}: a newer one wrote it, or another hand. Upgrade stepdock, or name another workspace with --workspace.`,
      { cause },
    );
  }
};

export const applyRegistration = (database: DatabaseSync, change: Registration): void => {
  if ("activate" in change) {
    insertion(database, { kind: "active", type: "", name: "", body: JSON.stringify(change.activate) });
  } else if ("remove" in change) {
    const type = change.remove === "stack" ? "" : change.type;
    deletion(database, { kind: change.remove, type, name: change.name });
  } else {
    const type = change.put === "stack" ? "" : change.value.type;
    const body = JSON.stringify(change.value);
    insertion(database, { kind: change.put, type, name: change.value.name, body });
  }
};
