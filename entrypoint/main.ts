#!/usr/bin/env node
import { dirname } from "node:path";
import { isStepdockError } from "../src/errors/error.ts";
import { ENTRYPOINT_EXIT } from "../src/model/names.ts";
import { parseArguments, storesPath } from "./arguments.ts";
import { Attempt } from "./attempt.ts";
import { loadStep } from "./load-step.ts";
import { readAssignment } from "./read-assignment.ts";

/** On a pipe the streams are asynchronous, and `process.exit` would lose what was printed. */
const makeBlocking = (stream: NodeJS.WriteStream): void => {
  const { _handle: handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } };
  handle?.setBlocking?.(true);
};

const main = async (): Promise<void> => {
  makeBlocking(process.stdout);
  makeBlocking(process.stderr);
  const given = parseArguments(process.argv.slice(2));
  const stores = storesPath();
  // Loaded before there is an assignment, so that a parked container has this behind it.
  const step = await loadStep(given.stepSource);
  const assignment = await readAssignment(given.assignment);
  if (!assignment) process.exit(ENTRYPOINT_EXIT.notAssigned);
  await new Attempt(assignment, { stores, bundles: dirname(given.stepSource) }).run(step);
};

// No top-level await: Node would warn, in the step's log, of one that a step left unsettled.
main().catch((error: Error) => {
  process.stderr.write(`stepdock: ${error.message}\n`);
  process.exit(isStepdockError(error) ? ENTRYPOINT_EXIT.badArguments : ENTRYPOINT_EXIT.internal);
});
