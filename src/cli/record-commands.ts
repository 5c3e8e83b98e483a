import type { Command } from "commander";
import { addArtifactsCommand } from "./artifact-commands.ts";
import { type CommandContext, type Done, examples, recordCommand } from "./command-parts.ts";
import { wholeNumber } from "./options.ts";

/** The commands that tell what is on record. */
export const addRecordCommands = (program: Command, context: () => CommandContext, done: Done): void => {
  program
    .command("runs")
    .description("list runs, the newest first")
    .option("--pipeline <name>", "only runs of this pipeline")
    .option("--limit <n>", "at most so many", wholeNumber(1))
    .option("--json", "print JSON, one run a line")
    .addHelpText("after", examples(["stepdock runs", "stepdock runs --pipeline weather --limit 5 --json"]))
    .action(async (options) => {
      const { runsCommand } = await import("./commands/runs.ts");
      done(await runsCommand(context(), options));
    });
  recordCommand(program, "show", "show a run and its steps")
    .option("--json", "print JSON: the run with its steps")
    .addHelpText("after", examples(["stepdock show latest", "stepdock show 3f2a91 --json"]))
    .action(async (run: string, options) => {
      const { showCommand } = await import("./commands/show.ts");
      done(await showCommand(context(), { ...options, run }));
    });
  recordCommand(program, "logs", "print what the steps of a run printed")
    .argument("[step]", "only this step: exactly its bytes, where the output is no terminal")
    .option("--follow", "go on until the run has ended")
    .option("--attempt <n>", "an earlier attempt of the step", wholeNumber(1))
    .option("--service <name>", "what a service of the step printed")
    .option("--json", "print JSON, one record a line")
    .addHelpText(
      "after",
      examples([
        "stepdock logs latest",
        "stepdock logs latest train --follow",
        "stepdock logs 3f2a91 train > train.txt",
      ]),
    )
    .action(async (run: string, step: string | undefined, options) => {
      const { logsCommand } = await import("./commands/logs.ts");
      done(await logsCommand(context(), { ...options, run, step }));
    });
  recordCommand(program, "artifact", "print an output of a step")
    .argument("<output>", "step, or step.output where the step has several outputs")
    .option("--json", "print JSON: the artifact's record with its value")
    .option("--open", "show it with the program that the desktop has for it")
    .option("--output <path>", "copy it there instead: a file, or a folder with all that is in it")
    .addHelpText("after", examples(ARTIFACT_EXAMPLES))
    .action(async (run: string, output: string, { output: copyTo, ...options }) => {
      const { artifactCommand } = await import("./commands/artifact.ts");
      done(await artifactCommand(context(), { ...options, copyTo, run, output }));
    });
  addArtifactsCommand({ program, context, done, examples });
};

const ARTIFACT_EXAMPLES = [
  "stepdock artifact latest train.model",
  "stepdock artifact latest plot > plot.svg",
  "stepdock artifact latest render.site --output site",
];
