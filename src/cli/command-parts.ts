import type { Command } from "commander";
import type { Outputs } from "./output.ts";

/** What every command gets besides its own arguments. */
export interface CommandContext extends Outputs {
  readonly workspace: string;
}

/** Takes the exit status of the command that ran. */
export type Done = (status: number) => void;

/** Has a command print where we do, and throw what is wrong with how it is called. */
export const tellThrough = (command: Command, { out, err }: Outputs): Command =>
  command
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
      // It is thrown, too, and told where all errors are.
      outputError: () => {},
    });

export const ENV_FILE = [
  "--env-file <path>",
  "where secrets are that are not in the environment (default: .env beside package.json)",
] as const;

export const examples = (lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;

/** A command that is about one run. */
export const recordCommand = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument("<run>", "id, the beginning of an id, name, or latest");
