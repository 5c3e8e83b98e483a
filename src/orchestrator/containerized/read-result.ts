import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod/mini";
import { StepResult } from "../../model/index.ts";
import { inEnglish } from "../../util/in-english.ts";
import { describeParseError } from "../../util/parse-error.ts";
import { readUntrusted } from "../../util/read-untrusted.ts";

const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/** What an entrypoint reported, or why that cannot be used. */
export type ReportedResult = { readonly result: StepResult } | { readonly problem: string };

/** Reads `result.json` and holds it against the hash in the frame, if there was one, and the step run it must be of. */
export const readResult = async (
  exchange: string,
  expected: { readonly sha256?: string; readonly stepRunId: string },
): Promise<ReportedResult> => {
  const path = join(exchange, "result.json");
  try {
    const bytes = await readUntrusted(path, MAX_RESULT_BYTES);
    const hash = createHash("sha256").update(bytes).digest("hex");
    if (expected.sha256 !== undefined && hash !== expected.sha256)
      return { problem: `${path} was changed after it was reported` };
    return check(JSON.parse(bytes.toString("utf8")), path, expected.stepRunId);
  } catch (error) {
    return { problem: `${path} cannot be read: ${(error as Error).message}` };
  }
};

const check = (value: unknown, path: string, stepRunId: string): ReportedResult => {
  const parsed = z.safeParse(StepResult, value, inEnglish());
  if (!parsed.success) return { problem: `${path} is no step result: ${describeParseError(parsed.error)}` };
  if (parsed.data.stepRunId !== stepRunId) return { problem: `${path} is the result of another step run` };
  return { result: parsed.data };
};
