import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openHouse } from "../composition.ts";
import { clean } from "../host/clean.ts";
import { PIPELINES } from "./pipelines.ts";
import { type Ended, startRunner } from "./runner.ts";

/** Where a stack of a project is put to the test, with a workspace of its own. */
export interface ContractBench extends AsyncDisposable {
  readonly file: string;
  readonly workspaceRoot: string;
  /** Runs one of the pipelines. `stopAt`: a line of a step's output at which the run is stopped. */
  run(name: string, stopAt?: string): Promise<Ended>;
}

/** In a folder of the project, so that its packages and its flavors are found; with it go the images that were built. */
export const openContractBench = async (projectRoot: string, stack: string): Promise<ContractBench> => {
  const workspaceRoot = await mkdtemp(join(projectRoot, ".stepdock-contract-"));
  const file = join(workspaceRoot, "pipeline.ts");
  await writeFile(file, PIPELINES);
  const runner = startRunner();
  return {
    ...{ file, workspaceRoot },
    run: (name, stopAt) =>
      runner.run({ projectRoot, workspaceRoot, file, stack, name, ...(stopAt && { stopAt }) }),
    [Symbol.asyncDispose]: async () => {
      await runner[Symbol.asyncDispose]();
      await cleanWorkspace({ projectRoot, workspaceRoot });
      await rm(workspaceRoot, { recursive: true, force: true });
    },
  };
};

const cleanWorkspace = async (places: { projectRoot: string; workspaceRoot: string }): Promise<void> => {
  await using house = await openHouse(places);
  await clean(house.workspace, house.engine, { keep: 0 });
};
