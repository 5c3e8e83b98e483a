#!/usr/bin/env node
import { keepCompiledCode } from "./compile-cache.ts";
import { nodeProblem } from "./node-guard.ts";

// Everything else is imported only then: an older Node could not even parse it.
const problem = nodeProblem(process.versions.node, process.execPath);
if (problem === undefined) {
  keepCompiledCode(process.env);
  const { runCli } = await import("./cli.ts");
  await runCli(process.argv.slice(2));
} else {
  process.stderr.write(`error: ${problem}\n`);
  process.exitCode = 2;
}
