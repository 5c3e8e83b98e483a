import { containers, shell, Transcript } from "./container-support.ts";

/** Run as a process of its own: parks a container that exits with 75 at end-of-file, prints its id, and holds on. */
const spec = shell("cat; exit 75", { stdin: true });
const container = await containers.create(spec, new Transcript());
const { ended } = await container.start();
console.log(container.id);
await ended;
