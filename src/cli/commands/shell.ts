import { openExistingHouse } from "../../composition.ts";
import type { StartedContainer } from "../../docker/port.ts";
import { openShell } from "../../host/shell.ts";
import type { CommandContext } from "../command-parts.ts";

export interface ShellCommandOptions {
  readonly run: string;
  readonly step: string;
}

/** `stepdock shell RUN STEP`; its exit status is the shell's. */
export const shellCommand = async (
  { workspace }: CommandContext,
  { run, step }: ShellCommandOptions,
): Promise<number> => {
  await using house = await openExistingHouse({ workspace });
  const tty = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const { TERM = "xterm" } = process.env;
  return await openShell(house, run, step, {
    ...{ tty, environment: tty ? { TERM } : {} },
    // Not waited for: what a shell prints goes to whoever types.
    sink: { write: (stream, chunk) => void process[stream].write(chunk) },
    attend: (shell) => attend(shell, tty),
  });
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Joins this process's terminal, or its pipes, to the shell until it has ended. */
const attend = async (shell: StartedContainer, tty: boolean): Promise<void> => {
  const { stdin, stdout } = process;
  using cleanup = new DisposableStack();
  const end = () => void shell.kill().catch(() => {});
  for (const name of SIGNALS) process.on(name, end);
  cleanup.defer(() => SIGNALS.map((name) => process.off(name, end)));
  const resize = () => void shell.resize(stdout.columns, stdout.rows).catch(() => {});
  if (tty) {
    stdin.setRawMode(true);
    cleanup.defer(() => stdin.setRawMode(false));
    stdout.on("resize", resize);
    cleanup.defer(() => stdout.off("resize", resize));
    resize();
  }
  if (shell.stdin) stdin.pipe(shell.stdin);
  cleanup.defer(() => stdin.unpipe().pause());
  await shell.ended;
};
