import { afterAll, beforeAll, describe, test } from "vitest";
import { orchestratorContract as contract } from "../../src/contract.ts";
import { createProject, type Project } from "../fixtures/project.ts";

/**
 * The one suite of every orchestrator. A new flavor gets it for one line:
 * `orchestratorContract("my_stack", { "stepdock.config.ts": … })`.
 *
 * @param files of a project: what registers the stack, where it is not built in
 */
export const orchestratorContract = (stack: string, files: Readonly<Record<string, string>> = {}): void => {
  describe(`stack ${stack}`, () => {
    let project: Project | undefined;
    beforeAll(async () => {
      project = await createProject(files);
    });
    afterAll(async () => await project?.[Symbol.asyncDispose]());
    contract(stack, { test, beforeAll, afterAll }, { project: () => project?.directory ?? "" });
  });
};
