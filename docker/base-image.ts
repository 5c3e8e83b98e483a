/** Prints the reference of a base image that the engine has, on stdout; how it came by it, on stderr. */
import { connectEngine } from "../src/docker/connect.ts";
import { ensureBaseImage } from "../src/image-builder/base-image.ts";

await using engine = await connectEngine();
const { reference } = await ensureBaseImage(engine, { onOutput: (line) => console.error(line) });
console.log(reference);
