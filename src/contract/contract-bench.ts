import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openHouse } from "../composition.ts";
import { IMAGE_LABEL } from "../image-builder/image-names.ts";
import { LABEL } from "../orchestrator/containerized/labels.ts";
import { PIPELINES } from "./pipelines.ts";
import { type Ended, startRunner } from "./runner.ts";

/** Where a stack of a project is put to the test, with a workspace of its own. */
export interface ContractBench extends AsyncDisposable {
  readonly file: string;
  readonly workspaceRoot: string;
  /** Runs one of the pipelines. `stopAt`: a line of a step's output at which the run is stopped. */
  run(name: string, stopAt?: string): Promise<Ended>;
}

interface Places {
  readonly projectRoot: string;
  readonly workspaceRoot: string;
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
      await removeImages({ projectRoot, workspaceRoot });
      await rm(workspaceRoot, { recursive: true, force: true });
    },
  };
};

/** The images of its steps. Those that they were built on stay: somebody else may be building on them now. */
const removeImages = async (places: Places): Promise<void> => {
  await using house = await openHouse(places);
  // A stack that needs no engine is tested where there is none.
  if (!(await house.workspace.metadata.listRuns()).some(({ buildId }) => buildId !== null)) return;
  const { images } = await house.engine();
  const labels = { [LABEL.workspace]: house.workspace.metadata.workspaceId, [IMAGE_LABEL]: "step" };
  for (const { tags } of await images.list(labels)) {
    for (const tag of tags) await images.remove(tag);
  }
};
