import { CommanderError } from "commander";
import { EXIT } from "../errors/codes.ts";
import { OutputLostError } from "./errors.ts";
import { Output, type Outputs } from "./output.ts";
import { createProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Runs one command line and ends the process with its status, once everything printed has been handed on. */
export const runCli = async (argv: readonly string[]): Promise<void> => {
  const outputs = { out: new Output(process.stdout), err: new Output(process.stderr) };
  const status = await statusOf(argv, outputs);
  await Promise.all([outputs.out.flush(), outputs.err.flush()]);
  // A step that ran in this process may have left something open: it must not keep the command from ending.
  process.exit(status);
};

const statusOf = async (argv: readonly string[], outputs: Outputs): Promise<number> => {
  const json = argv.includes("--json");
  try {
    const status = await execute(argv, outputs);
    if (outputs.out.failure) throw new OutputLostError(outputs.out.failure);
    return status;
  } catch (error) {
    return await reportError(error, outputs, { json });
  }
};

/** The one place where commander's way of ending the process becomes ours. */
const execute = async (argv: readonly string[], outputs: Outputs): Promise<number> => {
  let status: number = EXIT.done;
  const done = (code: number): void => {
    status = code;
  };
  const program = createProgram(outputs, done, argv);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (error.code === "commander.help") return EXIT.usage;
    throw error;
  }
  return status;
};
