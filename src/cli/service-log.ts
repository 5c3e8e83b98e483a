import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { StepRun } from "../model/index.ts";
import { didYouMean } from "../util/nearest.ts";
import { attemptPaths } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { UsageError } from "./errors.ts";

/** Where the log of a service of an attempt is. @throws UsageError where the attempt had no such service */
export const serviceLog = (
  { paths }: Pick<Workspace, "paths">,
  attempt: StepRun,
  service: string,
): { readonly log: string } => {
  const { services: directory } = attemptPaths(paths, attempt);
  const names = existsSync(directory) ? readdirSync(directory).map((file) => basename(file, ".ndjson")) : [];
  if (names.includes(service)) return { log: join(directory, `${service}.ndjson`) };
  const known = names.length === 0 ? "It had none." : `It had: ${names.sort().join(", ")}.`;
  throw new UsageError(
    `Attempt ${attempt.attempt} at step "${attempt.invocationId}" of run ${attempt.runId} had no service "${service}". ` +
      `${known}${didYouMean(service, names)}`,
  );
};
