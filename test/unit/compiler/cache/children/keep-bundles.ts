import { Project } from "../../bundle-project.ts";
import { CachedProject } from "../cached-project.ts";

/** Bundles and keeps a step over and over, as another process does at the same time. */
const at = new CachedProject(new Project(process.argv[2] ?? ""));
const { codeHash } = await at.make("train");
for (let round = 0; round < 10; round++) {
  const { codeHash: again } = at.find("train") ?? (await at.make("train"));
  if (again !== codeHash) throw new Error(`${again} is not ${codeHash}`);
  await at.make("train");
}
