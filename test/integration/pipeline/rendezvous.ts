import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Project } from "../../fixtures/project.ts";

/**
 * For a step's module: prints that it is there, then waits for the test to answer. A step shares no directory that it
 * could write to, but it sees what the host puts beside the stores.
 */
export const MEET = `
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const meet = async (name: string): Promise<void> => {
  console.log(name + " is here");
  while (!existsSync(process.env.ZENML_LOCAL_STORES_PATH + "/go")) await setTimeout(20);
};
`;

/** Answers the steps once all of these have been seen to be there, each while it runs. */
export const letThemGo = (project: Project, names: readonly string[]) => (child: ChildProcess) => {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (names.every((name) => said.includes(`${name} is here`))) {
      writeFileSync(project.path(".stepdock/stores/go"), "");
    }
  });
};
