import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Project } from "../../fixtures/project.ts";

const CLI = resolve(import.meta.dirname, "../../../dist/src/cli/main.js");

/** Runs a command that succeeds; what it printed, as bytes. */
export const stepdockBytes = (
  project: Project,
  args: readonly string[],
): Promise<{ stdout: Buffer; stderr: Buffer }> =>
  promisify(execFile)(process.execPath, [CLI, ...args], { cwd: project.directory, encoding: "buffer" });
