import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../../src/cli/program.ts";
import { memoryOutput } from "./support.ts";

const parse = async (...argv: string[]): Promise<{ error: unknown; out: string; err: string }> => {
  const [{ out, stream }, { out: err, stream: errors }] = [memoryOutput(), memoryOutput()];
  const program = createProgram({ out, err }, () => {});
  const error = await program.parseAsync(argv, { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, out: stream.text, err: errors.text };
};

test.each([
  "run",
  "plan",
  "runs",
  "show",
  "logs",
  "artifact",
  "artifacts",
  "stop",
  "rerun",
  "shell",
  "doctor",
  "clean",
])("the help of %s has examples of it", async (command) => {
  const { error, out } = await parse(command, "--help");
  expect(error).toMatchObject({ exitCode: 0 });
  expect(out).toMatch(new RegExp(`Examples:\\n  \\$ stepdock ${command}`));
});

test.each([
  [["rnus"], /unknown command 'rnus'\n\(Did you mean runs\?\)/],
  [["runs", "--jsn"], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
  [["show"], /missing required argument 'run'/],
  [["runs", "extra"], /too many arguments/],
  [["run", "p.ts", "--param", "epochs"], /--param <name=value>.*'epochs' is invalid.*name=value/],
  [["run", "p.ts", "--max-parallel", "0"], /--max-parallel.*'0' is invalid.*1 or more/],
  [["run", "p.ts", "--execution-mode", "x"], /Allowed choices are fail_fast, stop_on_failure/],
])(
  "%j is refused, with what is wrong with it, and printed once by whoever catches it",
  async (argv, message) => {
    const { error, out, err } = await parse(...argv);
    expect(error).toBeInstanceOf(CommanderError);
    expect((error as Error).message).toMatch(message);
    expect(out + err).toBe("");
  },
);

test("the version is that of the package", async () => {
  const { error, out } = await parse("--version");
  expect(error).toMatchObject({ exitCode: 0 });
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
