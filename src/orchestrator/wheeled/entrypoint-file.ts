import { fileURLToPath } from "node:url";

/** The entrypoint as one file, as the build makes it. */
export const ENTRYPOINT_FILE = fileURLToPath(import.meta.resolve("#entrypoint-bundle"));
