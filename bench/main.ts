import { textTable } from "./measure/table.ts";
import { chainOfTen } from "./workloads/containers.ts";
import { openWorkshop } from "./workshop.ts";

const controller = new AbortController();
await using workshop = await openWorkshop(controller.signal);
const workspace = await workshop.newWorkspace();
const bench = { workshop, workspace, runs: 3, longRuns: 1, smoke: false, all: false, dags: "../shared/dags" };
for (const line of textTable(await chainOfTen.rows(bench))) console.log(line);
