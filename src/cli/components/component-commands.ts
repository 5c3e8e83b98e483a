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
  const [command, words] = [commandOf(type), wordsOf(type)];
  const { flavor, setting } = EXAMPLES[type];
  program.description(`The ${words}s of stacks.`);
  program
    .command("register")
    .description(`register ${aWordsOf(type)} in the workspace`)
    .argument("<name>", "its name")
    .argument("[settings...]", "--key=value, as its flavor takes them: JSON, or text")
    .requiredOption("--flavor <flavor>", `its flavor: see \`stepdock ${command} flavor list\``)
    .allowUnknownOption()
    .addHelpText("after", examples([`stepdock ${command} register mine --flavor ${flavor}${setting}`]))
    .action(async (name: string, settings: string[], options: { flavor: string }) => {
      await home.act(async (house, { out }) => {
        await registerComponent(house, { type, name, flavor: options.flavor }, settingsOf(settings));
        await out.line(`registered the ${words} "${name}" of flavor ${harmless(options.flavor)}`);
      });
    });
  addReports(program, type, home);
  program
    .command("update")
    .description(`change settings of ${aWordsOf(type)}`)
    .argument("<name>", "its name")
    .argument("[settings...]", "--key=value, as its flavor takes them: JSON, or text")
    .option("--unset <key...>", "settings that get their defaults back")
    .allowUnknownOption()
    .addHelpText("after", examples([`stepdock ${command} update mine${setting || " --unset key"}`]))
    .action(async (name: string, settings: string[], { unset }: { unset?: string[] }) => {
      await home.act(async (house, { out }) => {
        await updateComponent(house, { type, name }, { settings: settingsOf(settings), unset: unset ?? [] });
        await out.line(`updated the ${words} "${name}"`);
      });
    });
  program
    .command("delete")
    .description(`delete ${aWordsOf(type)} that no stack has`)
    .argument("<name>", "its name")
    .addHelpText("after", examples([`stepdock ${command} delete mine`]))
    .action(async (name: string) => {
      await home.act(async (house, { out }) => {
        await deleteComponent(house, { type, name });
        await out.line(`deleted the ${words} "${name}"`);
      });
    });
  addFlavorCommands(program, type, home);
};

const addReports = (program: Command, type: StackComponentType, home: GroupHome): void => {
  const command = commandOf(type);
  program
    .command("list")
    .description(`list the ${wordsOf(type)}s there are`)
    .option("--json", "print JSON, one a line")
    .addHelpText("after", examples([`stepdock ${command} list`, `stepdock ${command} list --json`]))
    .action((options: { json?: boolean }) =>
      home.act((house, context) => listComponents(house, context, type, options)),
    );
  program
    .command("describe")
    .description(`tell all about ${aWordsOf(type)}`)
    .argument("<name>", "its name")
    .option("--json", "print JSON")
    .addHelpText("after", examples([`stepdock ${command} describe default`]))
    .action((name: string, options: { json?: boolean }) =>
      home.act((house, context) => describeComponent(house, context, { type, name }, options)),
    );
};

const EXAMPLES: Readonly<Record<StackComponentType, { readonly flavor: string; readonly setting: string }>> =
  {
    orchestrator: { flavor: "local_docker", setting: " --maxParallelism=2" },
    artifact_store: { flavor: "local", setting: "" },
    image_builder: { flavor: "local", setting: "" },
    container_registry: { flavor: "default", setting: "" },
    step_operator: { flavor: "docker", setting: "" },
  };
