// Loaded into the command line before anything else: what it would load only to execute a step, dockerode among it.
import { globSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const chunks = resolve(import.meta.dirname, "../../dist/chunks");

for (const name of ["dockerode-client", "engine", "run-containers", "run-dag", "step-launcher"]) {
  const files = globSync(`${name}-*.js`, { cwd: chunks });
  if (files.length === 0) throw new Error(`there is no chunk ${name} any more: this switch is broken`);
  for (const file of files) await import(pathToFileURL(resolve(chunks, file)).href);
}
