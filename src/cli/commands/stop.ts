import { openExistingHouse } from "../../composition.ts";
import { EXIT } from "../../errors/codes.ts";
import { stopByReference } from "../../host/stop.ts";
import type { CommandContext } from "../command-parts.ts";
import { harmless } from "../render/text.ts";

export interface StopCommandOptions {
  readonly run: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** `stepdock stop RUN` */
export const stopCommand = async (
  { out, workspace }: CommandContext,
  { run: reference, force = false, json = false }: StopCommandOptions,
): Promise<number> => {
  await using house = await openExistingHouse({ workspace });
  const { run, abandoned } = await stopByReference(house, reference, { force });
  const told = `run ${harmless(run.name)} (${run.id}) is ${run.status}`;
  const more = "; the process that owned it was dead, and what was left of it was removed";
  await out.line(json ? JSON.stringify({ ...run, abandoned }) : told + (abandoned ? more : ""));
  return EXIT.done;
};
