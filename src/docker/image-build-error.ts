import { StepdockError } from "../errors/error.ts";
import type { BuildOutput } from "./build-output.ts";
import { HINTS } from "./request-error.ts";
import { engineWords } from "./request-failure.ts";

/** An image could not be built. */
export class ImageBuildError extends StepdockError {
  readonly code = "build_failed";
  readonly tag: string;
  /** The instruction that failed, undefined where the engine refused the build before the first. */
  readonly instruction: string | undefined;
  /** Its number, counted from 1 over all stages; 0 before the first. */
  readonly step: number;
  /** The last lines that it printed, at most 50, without colours. */
  readonly output: readonly string[];
  /** Exit status of the command of a RUN. */
  readonly exitCode: number | undefined;

  constructor(tag: string, output: BuildOutput, cause: unknown, exitCode?: number) {
    super(messageOf(tag, output, engineWords(cause)), { cause });
    this.tag = tag;
    this.instruction = output.instruction;
    this.step = output.step;
    this.output = output.lines;
    this.exitCode = exitCode;
  }
}

const messageOf = (tag: string, { instruction, step, lines }: BuildOutput, words: string): string =>
  [
    `Cannot build image ${tag}: ${words}`,
    ...(instruction === undefined ? [] : [`Instruction ${step} of the Dockerfile: ${instruction}`]),
    ...lines.map((line) => `  | ${line}`),
    ...wayOut([words, ...lines].join("\n")),
  ].join("\n");

const wayOut = (text: string): string[] =>
  [...BUILD_HINTS, ...HINTS].filter(([pattern]) => pattern.test(text)).map(([, hint]) => hint);

const BUILD_HINTS: typeof HINTS = [
  [
    /temporary failure (?:in name resolution|resolving)|could not resolve|EAI_AGAIN|bad address/i,
    "The instruction reached no network: see whether the engine has one, or build with another network mode.",
  ],
  [
    /pull access denied|dial tcp|manifest unknown|no such host|repository does not exist/i,
    "The parent image is not in the engine and cannot be pulled: check its name, `docker login`, and the engine's network.",
  ],
  [
    /apt-get: not found/,
    "`aptPackages` needs an image with apt-get: name a `parentImage` that is made from Debian or Ubuntu.",
  ],
  [/exec format error/i, "The parent image is for another processor architecture than the engine's."],
];
