import { createProgram } from "../../../src/cli/program.ts";
import { describeError } from "../../../src/cli/report-error.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { memoryOutput } from "./support.ts";

/** How one command line ended. */
export interface Told {
  readonly exit: number;
  readonly out: string;
  /** What is told on stderr, with the message of the error. */
  readonly err: string;
}

/** The command line, in this process, in the workspace of a project of its own. */
export interface ComponentCli extends AsyncDisposable {
  readonly project: Project;
  /** Calls `stepdock <words>`, split at blanks. */
  call(words: string): Promise<Told>;
  /** The same; throws where it fails. */
  json(words: string): Promise<readonly Record<string, unknown>[]>;
  /** In a copy of the project, its workspace with it; to be disposed before this one. */
  elsewhere(): Promise<ComponentCli>;
}

export const componentCli = async (files: Readonly<Record<string, string>> = {}): Promise<ComponentCli> => {
  return cliIn(await createProject(files));
};

const cliIn = (project: Project): ComponentCli => {
  const before = process.cwd();
  process.chdir(project.directory);
  const call = (words: string) => callIn(project, words.split(" "));
  return {
    ...{ project, call },
    json: async (words) => {
      const { exit, out, err } = await call(`${words} --json`);
      if (exit !== 0) throw new Error(err);
      return out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
    elsewhere: async () => cliIn(await project.copy()),
    [Symbol.asyncDispose]: async () => {
      process.chdir(before);
      await project[Symbol.asyncDispose]();
    },
  };
};

const callIn = async (project: Project, words: readonly string[]): Promise<Told> => {
  const [{ out, stream }, { out: err, stream: errors }] = [memoryOutput(), memoryOutput()];
  let exit = Number.NaN;
  const program = createProgram({ out, err }, (status) => {
    exit = status;
  });
  const argv = ["--workspace", project.path(".stepdock"), ...words];
  const failure = await program.parseAsync(argv, { from: "user" }).then(() => undefined, describeError);
  await Promise.all([out.flush(), err.flush()]);
  return { exit: failure?.exit ?? exit, out: stream.text, err: errors.text + (failure?.message ?? "") };
};
