import type { Command } from "commander";
import { type CommandContext, type Done, examples, recordCommand } from "./command-parts.ts";

/** The commands that bring a run from one workspace to another. */
export const addArchiveCommands = (program: Command, context: () => CommandContext, done: Done): void => {
  recordCommand(program, "export", "write a run with its artifacts, logs and code into one file")
    .option("-o, --output <file>", "the file (default: <name of the run>.stepdock.tar.zst)")
    .option("--json", "print JSON: the run and the file")
    .addHelpText("after", examples(["stepdock export latest", "stepdock export 3f2a91 -o model.tar.zst"]))
    .action(async (run: string, { output: file, ...options }) => {
      const { exportCommand } = await import("./commands/archive.ts");
      done(await exportCommand(context(), { ...options, run, file }));
    });
  program
    .command("import")
    .description("bring a run that was exported into this workspace")
    .argument("<file>", "what `stepdock export` wrote")
    .option("--json", "print JSON: the run, and whether it was new")
    .addHelpText("after", examples(["stepdock import model.tar.zst"]))
    .action(async (file: string, options) => {
      const { importCommand } = await import("./commands/archive.ts");
      done(await importCommand(context(), { ...options, file }));
    });
};
