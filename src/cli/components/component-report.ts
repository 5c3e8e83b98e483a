import type { Shelf } from "../../composition.ts";
import type { ComponentRecord } from "../../stack/catalog.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { configKeys, settleConfig } from "../../stack/component-config.ts";
import { wordsOf } from "../../stack/component-words.ts";
import { configJsonSchema } from "../../stack/config-json-schema.ts";
import type { Source } from "../../stack/flavor-registry.ts";
import type { CommandContext } from "../command-parts.ts";
import { columns } from "../render/columns.ts";
import { harmless, painter } from "../render/text.ts";

/** Where something is declared, for people. */
export const PLACE: Readonly<Record<Source, string>> = {
  "built-in": "built in",
  config: "stepdock.config.ts",
  workspace: "workspace",
};

/** `stepdock <type> list` */
export const listComponents = async (
  shelf: Shelf,
  context: CommandContext,
  type: StackComponentType,
  { json = false }: { json?: boolean },
): Promise<void> => {
  const { catalog } = await shelf.declared();
  const components = catalog.componentsOf(type);
  const listed = components.map((each) => ({ ...each, stacks: catalog.stacksWith(type, each.name) }));
  if (json)
    return await print(
      context,
      listed.map((each) => JSON.stringify(each)),
    );
  if (listed.length === 0) return await context.err.line(`There is no ${wordsOf(type)} yet.`);
  const paint = painter(context.out);
  const rows = listed.map((each) => [each.name, each.flavor, PLACE[each.source], each.stacks.join(", ")]);
  const head = ["NAME", "FLAVOR", "DECLARED", "STACKS"].map((title) => paint("bold", title));
  await print(context, columns([head, ...rows.map((row) => row.map(harmless))]));
};

/** `stepdock <type> describe NAME` */
export const describeComponent = async (
  shelf: Shelf,
  context: CommandContext,
  { type, name }: Pick<ComponentRecord, "type" | "name">,
  { json = false }: { json?: boolean },
): Promise<void> => {
  const { catalog, flavors } = await shelf.declared();
  const record = catalog.component(type, name);
  const stacks = catalog.stacksWith(type, name);
  const flavor = await flavors.get(type, record.flavor);
  const settled = settleConfig(flavor, record) as Readonly<Record<string, unknown>>;
  const { docsUrl } = flavor;
  if (json) {
    const told = { ...record, settled, stacks, docsUrl, configSchema: configJsonSchema(flavor) };
    return await context.out.line(JSON.stringify(told));
  }
  const rows = [
    ["flavor", record.flavor],
    ["declared", PLACE[record.source]],
    ["stacks", stacks.join(", ") || "none"],
    ...(docsUrl === undefined ? [] : [["docs", docsUrl]]),
    ...configKeys(flavor).map((key) => settingRow(key, settled[key], key in record.config)),
  ];
  const title = painter(context.out)("bold", `${wordsOf(type)} ${name}`);
  await print(context, [title, ...columns(rows.map((row) => row.map(harmless))).map((line) => `  ${line}`)]);
};

const settingRow = (key: string, value: unknown, isGiven: boolean): string[] => [
  key,
  value === undefined
    ? "not set"
    : `${typeof value === "string" ? value : JSON.stringify(value)}${isGiven ? "" : " (default)"}`,
];

export const print = async ({ out }: CommandContext, lines: readonly string[]): Promise<void> => {
  for (const line of lines) await out.line(line);
};
