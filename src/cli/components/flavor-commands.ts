import type { Command } from "commander";
import type { Shelf } from "../../composition.ts";
import { isStepdockError } from "../../errors/error.ts";
import { deleteFlavor, registerFlavor } from "../../host/register/flavors.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { configKeys } from "../../stack/component-config.ts";
import { commandOf, wordsOf } from "../../stack/component-words.ts";
import { configJsonSchema } from "../../stack/config-json-schema.ts";
import type { FlavorEntry } from "../../stack/flavor-registry.ts";
import { type CommandContext, examples } from "../command-parts.ts";
import { columns } from "../render/columns.ts";
import { harmless, painter } from "../render/text.ts";
import { PLACE, print } from "./component-report.ts";
import type { GroupHome } from "./run-group.ts";

/** `stepdock <type> flavor register|list|delete` */
export const addFlavorCommands = (program: Command, type: StackComponentType, home: GroupHome): void => {
  const group = program
    .command("flavor")
    .description(`the kinds of ${wordsOf(type)}s there are, and your own`);
  for (const add of [addRegister, addList, addDelete]) add(group, type, home);
};

const addRegister = (group: Command, type: StackComponentType, home: GroupHome): void => {
  group
    .command("register")
    .description("register a flavor of your own")
    .argument("<path#Export>", "the module that exports it, and the name of the export")
    .addHelpText(
      "after",
      examples([`stepdock ${commandOf(type)} flavor register flavors/mine.ts#mineFlavor`]),
    )
    .action(async (place: string) => {
      await home.act(async (house, { out }) => {
        const name = await registerFlavor(house, type, place);
        await out.line(`registered the ${wordsOf(type)} flavor "${harmless(name)}"`);
      });
    });
};

const addList = (group: Command, type: StackComponentType, home: GroupHome): void => {
  group
    .command("list")
    .description("list the flavors there are, with their settings")
    .option("--json", "print JSON, one a line, with the JSON schema of the settings")
    .addHelpText("after", examples([`stepdock ${commandOf(type)} flavor list`]))
    .action((options: { json?: boolean }) =>
      home.look((shelf, context) => listFlavors(shelf, context, type, options)),
    );
};

const addDelete = (group: Command, type: StackComponentType, home: GroupHome): void => {
  group
    .command("delete")
    .description("forget a flavor of your own, of which there is no component")
    .argument("<name>", "its name")
    .addHelpText("after", examples([`stepdock ${commandOf(type)} flavor delete mine`]))
    .action(async (name: string) => {
      await home.look(async (shelf, { out }) => {
        await deleteFlavor(shelf, type, name);
        await out.line(`deleted the ${wordsOf(type)} flavor "${harmless(name)}"`);
      });
    });
};

const listFlavors = async (
  shelf: Shelf,
  context: CommandContext,
  type: StackComponentType,
  { json = false }: { json?: boolean },
): Promise<void> => {
  const { flavors } = await shelf.declared();
  const told = await Promise.all(flavors.list(type).map(about));
  if (json)
    return await print(
      context,
      told.map((each) => JSON.stringify(each)),
    );
  if (told.length === 0) return await context.err.line(`There is no flavor of ${wordsOf(type)}s yet.`);
  const paint = painter(context.out);
  const head = ["NAME", "DECLARED", "SETTINGS"].map((title) => paint("bold", title));
  const rows = told.map(({ name, source, place, keys, problem }) => [
    name,
    place === undefined ? PLACE[source] : `${PLACE[source]}: ${place}`,
    problem ?? keys.join(", "),
  ]);
  await print(context, columns([head, ...rows.map((row) => row.map(harmless))]));
};

interface ToldFlavor extends Omit<FlavorEntry, "load" | "place"> {
  readonly place?: string | undefined;
  readonly docsUrl?: string | undefined;
  readonly keys: readonly string[];
  readonly configSchema?: object;
  /** Why it cannot be loaded. */
  readonly problem?: string | undefined;
}

/** One that cannot be loaded any more is told with the reason: the others are listed all the same. */
const about = async ({ name, type, source, place, load }: FlavorEntry): Promise<ToldFlavor> => {
  const known = { name, type, source, place };
  try {
    const flavor = await load();
    return {
      ...known,
      docsUrl: flavor.docsUrl,
      keys: configKeys(flavor),
      configSchema: configJsonSchema(flavor),
    };
  } catch (error) {
    if (!isStepdockError(error)) throw error;
    return { ...known, keys: [], problem: error.message.split("\n")[0] };
  }
};
