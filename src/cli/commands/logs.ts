import { existsSync } from "node:fs";
import { EXIT } from "../../errors/codes.ts";
import { readLog } from "../../logging/log-reader.ts";
import { type LogRecord, linesOf, recordBytes } from "../../logging/log-record.ts";
import type { PipelineRun, StepRun } from "../../model/index.ts";
import { type AttemptPaths, attemptPaths } from "../../workspace/paths.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CommandContext } from "../command-parts.ts";
import { UsageError } from "../errors.ts";
import { requireExisting } from "../existing-workspace.ts";
import type { Output } from "../output.ts";
import { type Prefix, WholeLines } from "../render/log-lines.ts";
import { paddedPrefix, plainPrefix } from "../render/prefix.ts";
import { shortId } from "../render/report.ts";
import { painter } from "../render/text.ts";
import { serviceLog } from "../service-log.ts";
import { attemptsOf, chooseAttempt, logEnd } from "../step-attempts.ts";

export interface LogsOptions {
  readonly run: string;
  readonly step?: string | undefined;
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly service?: string | undefined;
  readonly json?: boolean;
}

/** Prints one record, of as many lines as it has; a promise is back-pressure. */
type Print = (record: LogRecord, step: StepRun) => void | Promise<void>;

/** `stepdock logs RUN [STEP]` */
export const logsCommand = async (context: CommandContext, options: LogsOptions): Promise<number> => {
  const { step, attempt, follow = false } = options;
  if (attempt !== undefined && step === undefined) {
    throw new UsageError("--attempt is of one step: stepdock logs <run> <step> --attempt <n>");
  }
  if (options.service !== undefined && step === undefined) {
    throw new UsageError("--service is of one step: stepdock logs <run> <step> --service <name>");
  }
  await using workspace = await requireExisting(context.workspace);
  const run = await workspace.metadata.findRun(options.run);
  const reader = new LogPrinter(workspace, context, follow);
  if (step === undefined) await allSteps(reader, workspace, run, options);
  else await oneStep(reader, workspace, run, { ...options, step });
  await reader.finish();
  return EXIT.done;
};

const oneStep = async (
  reader: LogPrinter,
  workspace: Workspace,
  run: PipelineRun,
  { step, attempt, service, json, follow = false }: LogsOptions & { step: string },
): Promise<void> => {
  if (follow) await firstAttempt(workspace, run, step);
  const chosen = await chooseAttempt(workspace, run, { step, attempt });
  if (chosen.runId !== run.id)
    await reader.note(`"${step}" was cached: this is its log of run ${chosen.runId}`);
  const print = json ? reader.asJson() : reader.asBytes();
  if (service !== undefined) return await reader.print(chosen, print, serviceLog(workspace, chosen, service));
  await reader.print(chosen, print);
  if (!reader.hasPrinted) await reader.note(`"${step}" printed nothing`);
};

/** Waits until the step has begun, or never will. */
const firstAttempt = async (workspace: Workspace, run: PipelineRun, step: string): Promise<void> => {
  for await (const { invocationId } of attemptsOf(workspace, run, { follow: true })) {
    if (invocationId === step) return;
  }
};

const allSteps = async (
  reader: LogPrinter,
  workspace: Workspace,
  run: PipelineRun,
  { json, follow = false }: LogsOptions,
): Promise<void> => {
  const snapshot = await workspace.metadata.getSnapshot(run.snapshotId);
  const print = json ? reader.asJson() : reader.asLines(Object.keys(snapshot?.invocations ?? {}));
  const reading: Promise<void>[] = [];
  for await (const attempt of attemptsOf(workspace, run, { follow })) {
    const read = reader.print(attempt, print);
    if (follow) reading.push(read);
    // Told by the last line here, when all have been read.
    read.catch(() => {});
    await (follow ? undefined : read);
  }
  await Promise.all(reading);
  if (!reader.hasPrinted && !follow) await reader.note(await whyNothing(workspace, run));
};

const whyNothing = async ({ metadata }: Workspace, run: PipelineRun): Promise<string> => {
  const cached = (await metadata.listStepRuns(run.id)).filter(({ status }) => status === "cached");
  const [first] = cached;
  if (!first) return "no step of this run printed anything";
  return `no step of this run printed anything; ${cached.length} were cached: stepdock logs ${shortId(run.id)} ${first.invocationId}`;
};

class LogPrinter {
  readonly #workspace: Workspace;
  readonly #out: Output;
  readonly #err: Output;
  readonly #follow: boolean;
  readonly #lines: { readonly lines: WholeLines; readonly output: Output }[] = [];
  hasPrinted = false;

  constructor(workspace: Workspace, { out, err }: CommandContext, follow: boolean) {
    this.#workspace = workspace;
    this.#out = out;
    this.#err = err;
    this.#follow = follow;
  }

  /** Prints the log of one attempt, until its end or as long as somebody reads. */
  async print(
    attempt: StepRun,
    print: Print,
    { log }: Pick<AttemptPaths, "log"> = attemptPaths(this.#workspace.paths, attempt),
  ): Promise<void> {
    if (!this.#follow && !existsSync(log))
      return await this.note(`"${attempt.invocationId}" printed nothing`);
    const records = readLog(log, {
      ...(this.#follow ? { until: () => logEnd(this.#workspace, attempt) } : {}),
      onWarning: ({ message }) => void this.note(message),
    });
    for await (const record of records) {
      if (!this.#out.open) return;
      this.hasPrinted = true;
      await print(record, attempt);
    }
  }

  /** What is no part of a log. */
  async note(text: string): Promise<void> {
    await this.#err.line(`${painter(this.#err)("dim", "note:")} ${text}`);
  }

  asJson(): Print {
    return (record, { invocationId: invocation, attempt }) => {
      const json = linesOf(record).map((line) => JSON.stringify({ invocation, attempt, ...line }));
      return this.#out.line(json.join("\n"));
    };
  }

  /** Ends lines that were left without a newline, where they are lines and not bytes. */
  async finish(): Promise<void> {
    for (const { lines, output } of this.#lines) await output.write(lines.finish());
  }

  /** Several steps, each line with the name of its own. */
  asLines(names: readonly string[]): Print {
    const prefix = this.#out.isTerminal ? paddedPrefix : plainPrefix;
    const lines = this.#linesFor(this.#out, prefix(names, painter(this.#out)));
    return (record, { invocationId }) => this.#out.write(textOf(record, invocationId, lines));
  }

  /** One step, each stream to its own: byte for byte, but harmless where it is a terminal. */
  asBytes(): Print {
    const none = () => "";
    const lines = { stdout: this.#linesFor(this.#out, none), stderr: this.#linesFor(this.#err, none) };
    return (record, { invocationId }) => {
      const output = record.stream === "stdout" ? this.#out : this.#err;
      if (!output.isTerminal) return output.write(recordBytes(record));
      return output.write(textOf(record, invocationId, lines[record.stream]));
    };
  }

  #linesFor(output: Output, prefix: Prefix): WholeLines {
    const lines = new WholeLines(prefix);
    this.#lines.push({ lines, output });
    return lines;
  }
}

const textOf = (record: LogRecord, invocation: string, lines: WholeLines): string =>
  linesOf(record)
    .map((line) => lines.log({ invocation, ...line }))
    .join("");
