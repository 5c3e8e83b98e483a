import { logBytes, readLog } from "../../src/logging/log-file.ts";
import type { StepRun } from "../../src/model/index.ts";
import { attemptPaths } from "../../src/workspace/paths.ts";
import type { Workspace } from "../../src/workspace/workspace.ts";
import { linesOf } from "./chaos-project.ts";

/** Each line of an attempt is in its log once, in order; one that was lost may have been cut off. */
export const checkLog = async ({ paths }: Workspace, stepRun: StepRun): Promise<string[]> => {
  const { log } = attemptPaths(paths, stepRun);
  const isLost = stepRun.failure?.kind === "lost";
  const warnings: string[] = [];
  const records = readLog(log, { onWarning: ({ message }) => void warnings.push(message) });
  const bytes = await logBytes(records).catch((error: Error) => error);
  if (bytes instanceof Error) return isLost ? [] : [`the log of ${tell(stepRun)} cannot be read: ${bytes}`];
  const text = bytes.stdout.toString();
  const whole = `${linesOf(stepRun.invocationId, { ended: stepRun.status === "completed" }).join("\n")}\n`;
  const isWhole = isLost ? whole.startsWith(text) : text === whole && warnings.length === 0;
  return isWhole ? [] : [`the log of ${tell(stepRun)} is damaged: ${JSON.stringify(text)} ${warnings}`];
};

const tell = ({ invocationId, attempt, status }: StepRun): string => `${invocationId}/${attempt} (${status})`;
