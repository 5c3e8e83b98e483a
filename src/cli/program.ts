import { Command, Option } from "commander";
import { ExecutionMode } from "../model/status.ts";
import { ownVersion } from "../util/own-version.ts";
import { workspaceRoot } from "../workspace/paths.ts";
import { addArchiveCommands } from "./archive-commands.ts";
import {
  type CommandContext,
  type Done,
  ENV_FILE,
  examples,
  recordCommand,
  tellThrough,
} from "./command-parts.ts";
import { planCommand } from "./commands/plan.ts";
import { runCommand } from "./commands/run.ts";
import { addComponentGroups } from "./component-groups.ts";
import { collectParameter, parseAge, wholeNumber } from "./options.ts";
import type { Outputs } from "./output.ts";
import { addRecordCommands } from "./record-commands.ts";

/** The command line. What only some commands need is loaded when they are called; a file more costs each run 0.6 ms. */
export const createProgram = (outputs: Outputs, done: Done, argv: readonly string[] = []): Command => {
  const program = new Command("stepdock")
    .description("Typed TypeScript pipelines, each step in a Docker container of its own.")
    .version(ownVersion(), "-V, --version", "print the version")
    .option(
      "--workspace <dir>",
      "directory of the workspace (default: STEPDOCK_HOME, else .stepdock beside the nearest package.json)",
    )
    .helpOption("-h, --help", "print help");
  tellThrough(program, outputs);
  const context = (): CommandContext => ({
    ...outputs,
    workspace: workspaceRoot({ directory: program.opts<{ workspace?: string }>().workspace }),
  });
  const called = calledCommand(argv);
  const adding = [addRunCommands, addResumeCommand, addStopCommand, addRerunCommand, addShellCommand];
  adding.push(addRecordCommands, addArchiveCommands, addCareCommands, addComponentGroups(outputs));
  // Where it is plain that a pipeline is to be run, the others need not be there: to describe them takes some time.
  for (const add of called === "run" || called === "plan" ? [addRunCommands] : adding) {
    add(program, context, done);
  }
  return program.addHelpText("after", examples(["stepdock run pipeline.ts", "stepdock show latest"]));
};

/** The command that is plainly called: the first word that is no option of the program. */
const calledCommand = ([first, ...rest]: readonly string[]): string | undefined => {
  if (first === "--workspace") return calledCommand(rest.slice(1));
  return first?.startsWith("--workspace=") ? calledCommand(rest) : first;
};

const addRunCommands = (program: Command, context: () => CommandContext, done: Done): void => {
  pipelineCommand(program, "run", "run a pipeline")
    .option("--max-parallel <n>", "steps that may run at once (default: the engine's CPUs)", wholeNumber(1))
    .option(
      "--lookahead <n>",
      "steps whose containers are made ready before they are needed (default: as many as may run at once, at least 2)",
      wholeNumber(0),
    )
    .option(
      "--concurrent-starts <n>",
      "how many of these may be started at a time (default: 4)",
      wholeNumber(1),
    )
    .addOption(
      new Option("--scheduling <order>", "the order among ready steps (default: layers)").choices([
        "layers",
        "critical-path",
      ]),
    )
    .option(...ENV_FILE)
    .option("--name <template>", "name of the run; {date} and {time} are filled in")
    .addHelpText(
      "after",
      examples([
        "stepdock run pipeline.ts",
        "stepdock run pipeline.ts weather --param city=seattle --param epochs=3",
        "stepdock run pipeline.ts --stack local --no-cache",
        "stepdock run pipeline.ts --json > events.ndjson",
      ]),
    )
    .action(async (file: string, exportName: string | undefined, options) => {
      done(await runCommand(context(), { ...options, file, exportName }));
    });
  pipelineCommand(program, "plan", "tell what a run would do, and build nothing")
    .option("--verbose", "also print the settings of each step, merged")
    .addHelpText("after", examples(["stepdock plan pipeline.ts", "stepdock plan pipeline.ts --json"]))
    .action(async (file: string, exportName: string | undefined, options) => {
      done(await planCommand(context(), { ...options, file, exportName }));
    });
};

const addResumeCommand = (program: Command, context: () => CommandContext, done: Done): void => {
  recordCommand(program, "resume", "go on with a run whose process died")
    .option("--max-parallel <n>", "steps that may run at once (default: the engine's CPUs)", wholeNumber(1))
    .option(...ENV_FILE)
    .option("--json", "print JSON, one event a line")
    .addHelpText("after", examples(["stepdock resume latest", "stepdock resume 3f2a91"]))
    .action(async (run: string, options) => {
      const { resumeCommand } = await import("./commands/resume.ts");
      done(await resumeCommand(context(), { ...options, run }));
    });
};

const addStopCommand = (program: Command, context: () => CommandContext, done: Done): void => {
  recordCommand(program, "stop", "stop a run that goes on in another terminal, and wait until it has ended")
    .option("--force", "kill its steps instead of giving them time to end")
    .option("--json", "print JSON: the run")
    .addHelpText("after", examples(["stepdock stop latest", "stepdock stop 3f2a91 --force"]))
    .action(async (run: string, options) => {
      const { stopCommand } = await import("./commands/stop.ts");
      done(await stopCommand(context(), { ...options, run }));
    });
};

const addRerunCommand = (program: Command, context: () => CommandContext, done: Done): void => {
  recordCommand(program, "rerun", "run one step of a run again, with the inputs that it had")
    .argument("<step>", "id of the invocation, which is the step's name unless it was given another")
    .option(...ENV_FILE)
    .option("--json", "print JSON, one event a line")
    .addHelpText("after", examples(["stepdock rerun latest train", "stepdock rerun 3f2a91 train_2"]))
    .action(async (run: string, step: string, options) => {
      const { rerunCommand } = await import("./commands/rerun.ts");
      done(await rerunCommand(context(), { ...options, run, step }));
    });
};

const addShellCommand = (program: Command, context: () => CommandContext, done: Done): void => {
  recordCommand(program, "shell", "open a shell in the environment of a step")
    .argument("<step>", "id of the invocation, which is the step's name unless it was given another")
    .addHelpText(
      "after",
      examples(["stepdock shell latest train", "echo 'cat /proc/self/status' | stepdock shell 3f2a91 train"]),
    )
    .action(async (run: string, step: string) => {
      const { shellCommand } = await import("./commands/shell.ts");
      done(await shellCommand(context(), { run, step }));
    });
};

const pipelineCommand = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument("<file>", "TypeScript or JavaScript module that exports a pipeline")
    .argument("[export]", "name of the export, where the file exports several pipelines")
    .option("--param <name=value>", "a parameter: JSON, or text; may be given many times", collectParameter)
    .option(
      "--stack <name>",
      "local_docker (the default, unless another was set), local (all steps in this process), or one of yours",
    )
    .option("--no-cache", "take no results of earlier runs")
    .addOption(
      new Option("--execution-mode <mode>", "what a failed step does to the others").choices(
        ExecutionMode.options,
      ),
    )
    .option("--json", "print JSON, one object a line");

const addCareCommands = (program: Command, context: () => CommandContext, done: Done): void => {
  program
    .command("doctor")
    .description("check Node, the workspace and the engine")
    .option("--json", "print JSON, one check a line")
    .addHelpText("after", examples(["stepdock doctor", "stepdock doctor --json"]))
    .action(async (options) => {
      const { doctorCommand } = await import("./commands/doctor.ts");
      done(await doctorCommand(context(), options));
    });
  program
    .command("clean")
    .description("remove old runs, what only they used, and what interrupted ones left behind")
    .option(
      "--keep <n>",
      "runs to keep, the newest (default: 20; with --older-than alone: age decides)",
      wholeNumber(0),
    )
    .option("--older-than <age>", "remove only runs older than this, for instance 7d or 12h", parseAge)
    .option("--dry-run", "only tell what would be removed")
    .option("--json", "print JSON, one removed thing a line")
    .addHelpText(
      "after",
      examples(["stepdock clean --dry-run", "stepdock clean --keep 5", "stepdock clean --older-than 7d"]),
    )
    .action(async (options) => {
      const { cleanCommand } = await import("./commands/clean.ts");
      done(await cleanCommand(context(), options));
    });
};
