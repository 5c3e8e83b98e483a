import type { Shelf } from "../../composition.ts";
import { chosenStack } from "../../host/choose-stack.ts";
import type { Declared } from "../../host/declared.ts";
import { namesIn, type StackRecord } from "../../stack/catalog.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { wordsOf } from "../../stack/component-words.ts";
import type { CommandContext } from "../command-parts.ts";
import { columns } from "../render/columns.ts";
import { harmless, painter } from "../render/text.ts";
import { PLACE, print } from "./component-report.ts";

/** `stepdock stack list` */
export const listStacks = async (
  shelf: Shelf,
  context: CommandContext,
  { json = false }: { json?: boolean },
): Promise<void> => {
  const declared = await shelf.declared();
  const { stacks } = declared.catalog;
  if (json)
    return await print(
      context,
      stacks.map((stack) => JSON.stringify(told(stack, declared))),
    );
  const paint = painter(context.out);
  const head = ["", "NAME", "ORCHESTRATOR", "ARTIFACT STORE", "IMAGE BUILDER", "OTHERS", "DECLARED"];
  const rows = stacks.map(({ name, components, source }) => [
    declared.active.name === name ? "*" : "",
    name,
    components.orchestrator,
    components.artifactStore,
    components.imageBuilder ?? "",
    [components.containerRegistry ?? [], components.stepOperators ?? []].flat().join(", "),
    PLACE[source],
  ]);
  await print(
    context,
    columns([head.map((title) => paint("bold", title)), ...rows.map((row) => row.map(harmless))]),
  );
};

const told = ({ name, components, source }: StackRecord, { active }: Declared) => ({
  ...{ name, active: active.name === name, source, components },
});

/** `stepdock stack describe [NAME]` */
export const describeStack = async (
  shelf: Shelf,
  context: CommandContext,
  name: string | undefined,
  { json = false }: { json?: boolean },
): Promise<void> => {
  const declared = await shelf.declared();
  const stack = chosenStack(declared, name);
  const parts = namesIn(stack.components).map(([type, part]) => ({
    ...{ type, name: part, flavor: flavorOf(declared, type, part) },
  }));
  if (json) return await context.out.line(JSON.stringify({ ...told(stack, declared), parts }));
  const active = declared.active.name === stack.name ? ", the active one" : "";
  const rows = parts.map((part) => [wordsOf(part.type), part.name, part.flavor ?? "not there any more"]);
  await print(context, [
    `${painter(context.out)("bold", `stack ${harmless(stack.name)}`)} (${PLACE[stack.source]}${active})`,
    ...columns([["", "", "FLAVOR"], ...rows.map((row) => row.map(harmless))]).map((line) => `  ${line}`),
  ]);
};

const flavorOf = ({ catalog }: Declared, type: StackComponentType, name: string): string | undefined =>
  catalog.componentsOf(type).find((each) => each.name === name)?.flavor;
