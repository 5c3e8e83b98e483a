import { Command } from "commander";
import { type House, openHouseHere, openShelfHere, type Shelf } from "../../composition.ts";
import { EXIT } from "../../errors/codes.ts";
import { COMPONENT_TYPES } from "../../stack/component.ts";
import { commandOf } from "../../stack/component-words.ts";
import { type CommandContext, type Done, tellThrough } from "../command-parts.ts";
import type { ComponentGroup } from "../component-groups.ts";
import type { Outputs } from "../output.ts";
import { addComponentCommands } from "./component-commands.ts";
import { addStackCommands } from "./stack-commands.ts";

/** What the commands of a group need. */
export interface GroupHome {
  /** Calls a command that is done when it returns, in a house of its own. */
  readonly act: (work: (house: House, context: CommandContext) => Promise<void>) => Promise<void>;
  /** The same, of a command that makes nothing: a workspace that is not there is not made. */
  readonly look: (work: (shelf: Shelf, context: CommandContext) => Promise<void>) => Promise<void>;
}

interface GroupProgram {
  readonly outputs: Outputs;
  readonly context: () => CommandContext;
  readonly done: Done;
}

/** Runs `stepdock <group> <words>`. */
export const runGroup = async (
  group: ComponentGroup,
  words: readonly string[],
  { outputs, context, done }: GroupProgram,
): Promise<void> => {
  const program = tellThrough(new Command(`stepdock ${group}`), outputs).helpOption(
    "-h, --help",
    "print help",
  );
  const act: GroupHome["act"] = async (work) => {
    await using house = await openHouseHere(context());
    await work(house, context());
    done(EXIT.done);
  };
  const look: GroupHome["look"] = async (work) => {
    await using shelf = await openShelfHere(context());
    await work(shelf, context());
    done(EXIT.done);
  };
  const home = { act, look };
  const type = COMPONENT_TYPES.find((each) => commandOf(each) === group);
  if (type) addComponentCommands(program, type, home);
  else addStackCommands(program, home);
  await program.parseAsync(words, { from: "user" });
};
