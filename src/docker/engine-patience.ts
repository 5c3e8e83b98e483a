import type { Environment } from "./docker-config.ts";
import { DockerSettingsError } from "./settings-error.ts";

const SETTING = "STEPDOCK_ENGINE_PATIENCE";
const DEFAULT_SECONDS = 60;
const MOST_SECONDS = 86_400;

/** Seconds that an engine may answer nothing before it counts as gone: the variable of that name, else a minute. */
export const patienceOf = (environment: Environment): number => {
  const text = environment[SETTING] || String(DEFAULT_SECONDS);
  const seconds = Number(text);
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  const problem = `${SETTING} is "${text}", which is no number of seconds.`;
  throw new DockerSettingsError(SETTING, `${problem} Give one above 0 and up to ${MOST_SECONDS}, or none.`);
};
