import type { Command } from "commander";
import type { CommandContext } from "./command-parts.ts";

/** What the program as a whole gives to those that add commands to it. */
export interface CommandHome {
  readonly program: Command;
  readonly context: () => CommandContext;
  readonly done: (status: number) => void;
  readonly examples: (lines: readonly string[]) => string;
}

/** `stepdock artifacts [NAME]` */
export const addArtifactsCommand = ({ program, context, done, examples }: CommandHome): void => {
  program
    .command("artifacts")
    .description("list what runs made, by name and version")
    .argument("[name]", "list all versions of this one")
    .option("--json", "print JSON, one artifact a line")
    .addHelpText("after", examples(["stepdock artifacts", "stepdock artifacts weather::train::model"]))
    .action(async (name: string | undefined, options) => {
      const { artifactsCommand } = await import("./commands/artifacts.ts");
      done(await artifactsCommand(context(), { ...options, name }));
    });
};
