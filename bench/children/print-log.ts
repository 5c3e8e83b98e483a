import { rm } from "node:fs/promises";
import { join } from "node:path";
import { watchMemory } from "../measure/memory.ts";
import { printing } from "../pipelines/printing.ts";
import { runAll } from "../stepdock-run.ts";

const [, , workspace = "", bytes = "0"] = process.argv;
const { signal } = new AbortController();
const memory = watchMemory();
const begun = performance.now();
const { run } = await runAll(printing(Number(bytes)), { workspace, signal });
const milliseconds = performance.now() - begun;
const use = memory.stop();
// A gigabyte each time would fill the disk.
await rm(join(workspace, "runs", run.id), { recursive: true });
console.log(JSON.stringify({ milliseconds, ...use }));
