import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isStepdockError } from "../src/errors/error.ts";
import { ENTRYPOINT_EXIT } from "../src/model/names.ts";
import {
  type BaseEntrypointConfiguration,
  LAUNCHER_FILE,
} from "../src/step-runner/entrypoint-configuration.ts";
import type { LaunchEnd, Launcher, LaunchOptions } from "../src/step-runner/launcher-port.ts";
import { EntrypointUsageError, requiredToLaunch } from "./arguments.ts";
import { exitCodeOfFailure } from "./report.ts";

/** Where this file, and what images have beside it, lie. */
export interface EntrypointPlaces {
  readonly directory: string;
  readonly bundles: string;
}

type Launch = (launcher: Launcher, options: LaunchOptions) => Promise<LaunchEnd>;

/** Loads the launcher, has it launch something, and tells the exit code. */
export const launch = async (
  configuration: BaseEntrypointConfiguration,
  places: EntrypointPlaces,
  work: Launch,
): Promise<number> => {
  const facts = {
    snapshotId: requiredToLaunch(configuration.arguments, "snapshot_id"),
    orchestratorRunId: configuration.getOrchestratorRunId(),
    runName: (pipelineName: string) => configuration.getRunName(pipelineName),
    entrypoint: join(places.directory, "entrypoint.mjs"),
    bundles: places.bundles,
  };
  try {
    return exitCodeOfEnd(await work(await loadLauncher(places), facts));
  } catch (error) {
    process.stderr.write(`stepdock: ${(error as Error).message}\n`);
    return exitCodeOfError(error);
  }
};

const loadLauncher = async ({ directory, bundles }: EntrypointPlaces): Promise<Launcher> => {
  const places = [join(bundles, LAUNCHER_FILE), join(directory, LAUNCHER_FILE)];
  const path = places.find((place) => existsSync(place));
  if (path) return (await import(pathToFileURL(path).href)) as Launcher;
  throw new EntrypointUsageError(
    `--assignment is missing, and this image has no launcher, which would do without: there is neither ${places.join(" nor ")}. ` +
      "Images have it whose orchestrator submits its steps elsewhere.",
  );
};

const exitCodeOfEnd = ({ status, failure }: LaunchEnd): number => {
  if (status === "completed" || status === "cached") return ENTRYPOINT_EXIT.done;
  if (status === "stopped") return STOPPED;
  return failure ? exitCodeOfFailure(failure) : ENTRYPOINT_EXIT.stepThrew;
};

/** As of a process that SIGTERM ended. */
const STOPPED = 143;

const exitCodeOfError = (error: unknown): number => {
  const { exitCode } = error as { exitCode?: unknown };
  if (typeof exitCode === "number") return exitCode;
  const code = isStepdockError(error) ? error.code : undefined;
  if (code === "input_resolution_failed") return ENTRYPOINT_EXIT.inputDamaged;
  return code === "usage" || code === "secret_missing"
    ? ENTRYPOINT_EXIT.badArguments
    : ENTRYPOINT_EXIT.internal;
};
