import { ERROR_EXIT, EXIT } from "../../errors/codes.ts";
import { type CheckResult, examine } from "../../host/doctor.ts";
import type { CommandContext } from "../command-parts.ts";
import { harmless, type Paint, painter, type Style } from "../render/text.ts";

/** `stepdock doctor` */
export const doctorCommand = async (
  { out, err, workspace }: CommandContext,
  { json = false }: { json?: boolean },
): Promise<number> => {
  const paint = painter(out);
  const results = await examine(workspace, {
    onResult: (result) => out.line(json ? JSON.stringify(result) : line(result, paint)),
    onOutput: (text) => void err.line(harmless(text)),
  });
  const problem = results.find(({ status }) => status === "problem");
  if (!problem) return EXIT.done;
  return problem.code === undefined ? EXIT.failed : ERROR_EXIT[problem.code];
};

const STYLES: Readonly<Record<CheckResult["status"], Style>> = {
  ok: "green",
  warning: "yellow",
  problem: "red",
};

const WIDTH = "engine resources".length;

const line = ({ check, status, detail }: CheckResult, paint: Paint): string =>
  `${paint(STYLES[status], status.padEnd("problem".length))}  ${check.padEnd(WIDTH)}  ${harmless(detail)}`;
