import type { Command } from "commander";
import { deleteComponent, registerComponent, updateComponent } from "../../host/register/components.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { aWordsOf, commandOf, wordsOf } from "../../stack/component-words.ts";
import { examples } from "../command-parts.ts";
import { harmless } from "../render/text.ts";
import { describeComponent, listComponents } from "./component-report.ts";
import { addFlavorCommands } from "./flavor-commands.ts";
import type { GroupHome } from "./run-group.ts";
import { settingsOf } from "./setting-words.ts";

/** `stepdock <type> register|list|describe|update|delete|flavor` */
export const addComponentCommands = (program: Command, type: StackComponentType, home: GroupHome): void => {
  program.description(`The ${wordsOf(type)}s of stacks.`);
  const adding = [addRegister, addList, addDescribe, addUpdate, addDelete, addFlavorCommands];
  for (const add of adding) add(program, type, home);
};

const SETTINGS = ["[settings...]", "--key=value, as its flavor takes them: JSON, or text"] as const;

const addRegister = (program: Command, type: StackComponentType, home: GroupHome): void => {
  const [command, words] = [commandOf(type), wordsOf(type)];
  program
    .command("register")
    .description(`register ${aWordsOf(type)} in the workspace`)
    .argument("<name>", "its name")
    .argument(...SETTINGS)
    .requiredOption("--flavor <flavor>", `its flavor: see \`stepdock ${command} flavor list\``)
    .allowUnknownOption()
    .addHelpText("after", examples([`stepdock ${command} register mine --flavor ${EXAMPLES[type]}`]))
    .action(async (name: string, settings: string[], { flavor }: { flavor: string }) => {
      await home.act(async (house, { out }) => {
        await registerComponent(house, { type, name, flavor }, settingsOf(settings));
        await out.line(`registered the ${words} "${name}" of flavor ${harmless(flavor)}`);
      });
    });
};

const addList = (program: Command, type: StackComponentType, home: GroupHome): void => {
  const command = commandOf(type);
  program
    .command("list")
    .description(`list the ${wordsOf(type)}s there are`)
    .option("--json", "print JSON, one a line")
    .addHelpText("after", examples([`stepdock ${command} list`, `stepdock ${command} list --json`]))
    .action((options: { json?: boolean }) =>
      home.look((shelf, context) => listComponents(shelf, context, type, options)),
    );
};

const addDescribe = (program: Command, type: StackComponentType, home: GroupHome): void => {
  program
    .command("describe")
    .description(`tell all about ${aWordsOf(type)}`)
    .argument("<name>", "its name")
    .option("--json", "print JSON, with the JSON schema of its settings")
    .addHelpText("after", examples([`stepdock ${commandOf(type)} describe mine`]))
    .action((name: string, options: { json?: boolean }) =>
      home.look((shelf, context) => describeComponent(shelf, context, { type, name }, options)),
    );
};

const addUpdate = (program: Command, type: StackComponentType, home: GroupHome): void => {
  const words = wordsOf(type);
  program
    .command("update")
    .description(`change settings of ${aWordsOf(type)}`)
    .argument("<name>", "its name")
    .argument(...SETTINGS)
    .option("--unset <key...>", "settings that get their defaults back")
    .allowUnknownOption()
    .addHelpText("after", examples([`stepdock ${commandOf(type)} update mine --key=value --unset other`]))
    .action(async (name: string, settings: string[], { unset = [] }: { unset?: string[] }) => {
      await home.look(async (shelf, { out }) => {
        await updateComponent(shelf, { type, name }, { settings: settingsOf(settings), unset });
        await out.line(`updated the ${words} "${name}"`);
      });
    });
};

const addDelete = (program: Command, type: StackComponentType, home: GroupHome): void => {
  program
    .command("delete")
    .description(`delete ${aWordsOf(type)} that no stack has`)
    .argument("<name>", "its name")
    .addHelpText("after", examples([`stepdock ${commandOf(type)} delete mine`]))
    .action(async (name: string) => {
      await home.look(async (shelf, { out }) => {
        await deleteComponent(shelf, { type, name });
        await out.line(`deleted the ${wordsOf(type)} "${name}"`);
      });
    });
};

/** A flavor with the settings that it needs. */
const EXAMPLES: Readonly<Record<StackComponentType, string>> = {
  orchestrator: "local_docker --maxParallelism=2",
  artifact_store: "local",
  image_builder: "local",
  container_registry: "default --uri=registry.example.org/team",
  step_operator: "docker",
};
