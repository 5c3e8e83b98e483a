import { EXIT } from "../../errors/codes.ts";
import { exportFrom } from "../../host/export-run.ts";
import { importInto, openForImport } from "../../host/import-run.ts";
import type { CommandContext } from "../command-parts.ts";
import { requireExisting } from "../existing-workspace.ts";
import { interruptible } from "../interruption.ts";
import { harmless } from "../render/text.ts";

export interface ExportCommandOptions {
  readonly run: string;
  readonly file?: string | undefined;
  readonly json?: boolean;
}

/** `stepdock export RUN` */
export const exportCommand = async (
  context: CommandContext,
  { run: reference, file: wanted, json }: ExportCommandOptions,
): Promise<number> => {
  await using workspace = await requireExisting(context.workspace);
  const exported = await interruptible((signal) =>
    exportFrom(workspace, reference, { file: wanted, signal }),
  );
  const { run, file, artifacts } = exported;
  const text = `exported run ${harmless(run.name)} (${run.id}) with ${counted(artifacts)} to ${file}`;
  await context.out.line(json ? JSON.stringify(exported) : text);
  return EXIT.done;
};

export interface ImportCommandOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** `stepdock import FILE` */
export const importCommand = async (
  context: CommandContext,
  { file, json }: ImportCommandOptions,
): Promise<number> => {
  await using workspace = await openForImport(context.workspace, file);
  const result = await interruptible((signal) => importInto(workspace, file, { signal }));
  const { run, imported, artifacts } = result;
  const name = `run ${harmless(run.name)} (${run.id})`;
  const text = imported
    ? `imported ${name} with ${counted(artifacts)}`
    : `${name} is here already, just as the file has it`;
  await context.out.line(json ? JSON.stringify(result) : text);
  return EXIT.done;
};

const counted = (artifacts: number): string => `${artifacts} artifact${artifacts === 1 ? "" : "s"}`;
