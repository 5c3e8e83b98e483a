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

/** Acts once, as soon as what was printed says so: all of it, however it was cut into chunks. */
export const oncePrinted =
  (says: (all: string) => boolean, act: (child: ChildProcess) => unknown) =>
  (child: ChildProcess): void => {
    let [said, done] = ["", false];
    child.stdout?.on("data", (chunk: Buffer) => {
      if (done) return;
      said += chunk.toString();
      done = says(said);
      if (done) act(child);
    });
  };

/** Lets all steps of a project go on that meet. */
export const letGo = (project: Project): void => writeFileSync(project.path(".stepdock/stores/go"), "");

/** Answers the steps once all of these have been seen to be there, each while it runs. */
export const letThemGo = (project: Project, names: readonly string[]) =>
  oncePrinted(
    (said) => names.every((name) => said.includes(`${name} is here`)),
    () => letGo(project),
  );
