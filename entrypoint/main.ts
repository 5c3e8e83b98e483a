#!/usr/bin/env node
import { dirname, join } from "node:path";
import { isStepdockError } from "../src/errors/error.ts";
import { ENTRYPOINT_EXIT } from "../src/model/names.ts";
import type {
  BaseEntrypointConfiguration,
  EntrypointRuntime,
} from "../src/step-runner/entrypoint-configuration.ts";
import {
  configurationSource,
  parseArguments,
  required,
  requiredStepSource,
  requiredToLaunch,
  storesPath,
} from "./arguments.ts";
import { Attempt } from "./attempt.ts";
import { launch } from "./launch.ts";
import { loadConfiguration } from "./load-configuration.ts";
import { loadStep } from "./load-step.ts";
import { readAssignment } from "./read-assignment.ts";

/** On a pipe the streams are asynchronous, and `process.exit` would lose what was printed. */
const makeBlocking = (stream: NodeJS.WriteStream): void => {
  const { _handle: handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } };
  handle?.setBlocking?.(true);
};

const directory = import.meta.dirname;
const places = { directory, bundles: join(directory, "bundles") };

const runAssigned = async ({ arguments: values }: BaseEntrypointConfiguration): Promise<void> => {
  const source = requiredStepSource(values);
  const stores = storesPath();
  // Loaded before there is an assignment, so that a parked container has this behind it.
  const step = await loadStep(source);
  const assignment = await readAssignment(required(values, "assignment"));
  if (!assignment) process.exit(ENTRYPOINT_EXIT.notAssigned);
  await new Attempt(assignment, { stores, bundles: dirname(source) }).run(step);
};

const launchStep = async (configuration: BaseEntrypointConfiguration): Promise<void> => {
  const stepName = requiredToLaunch(configuration.arguments, "step_name");
  process.exit(
    await launch(configuration, places, (launcher, facts) => launcher.launchStep({ ...facts, stepName })),
  );
};

const runtime: EntrypointRuntime = {
  runStep: (configuration) => (configuration.arguments.assignment ? runAssigned : launchStep)(configuration),
  runPipeline: async (configuration) =>
    process.exit(await launch(configuration, places, (launcher, facts) => launcher.launchPipeline(facts))),
};

const main = async (): Promise<void> => {
  makeBlocking(process.stdout);
  makeBlocking(process.stderr);
  const argv = process.argv.slice(2);
  const Configuration = await loadConfiguration(configurationSource(argv), places.bundles);
  await new Configuration(parseArguments(argv, Configuration.getEntrypointOptions()), runtime).run();
};

// No top-level await: Node would warn, in the step's log, of one that a step left unsettled.
main().catch((error: Error) => {
  process.stderr.write(`stepdock: ${error.message}\n`);
  process.exit(isStepdockError(error) ? ENTRYPOINT_EXIT.badArguments : ENTRYPOINT_EXIT.internal);
});
