import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const CLI = resolve(REPOSITORY, "dist/src/cli/main.js");

interface ProcessOptions {
  readonly signal: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs Node in a process of its own, from start to exit. Throws unless it ends with 0; returns what it printed. */
const runNode = async (
  args: readonly string[],
  { signal, environment = {} }: ProcessOptions,
): Promise<string> => {
  const env = { ...process.env, NO_COLOR: "1", ...environment };
  const child = spawn(process.execPath, [...args], {
    ...{ cwd: REPOSITORY, env, signal, stdio: ["ignore", "pipe", "pipe"] },
  });
  const [printed, errors, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (status === 0) return printed;
  throw new Error(`node ${args.join(" ")} ended with ${status}:\n${errors.slice(-2000)}`);
};

/** What every figure of a whole process is a ratio to: `node -e 0`. */
export const runEmptyNode = (options: ProcessOptions): Promise<string> => runNode(["-e", "0"], options);

/** `preload`: a module that is imported before. */
export const runCli = (
  args: readonly string[],
  { preload, ...options }: ProcessOptions & { readonly preload?: string },
): Promise<string> => runNode([...(preload ? ["--import", preload] : []), CLI, ...args], options);

/** A file of `bench/children`. */
export const childFile = (name: string): string => resolve(import.meta.dirname, "../children", name);

/** Runs a program of `bench/children`, which prints one JSON value as its last line. */
export const runChild = async <T>(
  name: string,
  args: readonly (string | number)[],
  options: ProcessOptions,
): Promise<T> => {
  const printed = await runNode(["--expose-gc", childFile(`${name}.ts`), ...args.map(String)], options);
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "") as T;
};
