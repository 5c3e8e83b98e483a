import { acquireRunLock } from "../../../../src/metadata/run-lock.ts";

/** Holds the lock named by its argument until it is killed. */
const lock = acquireRunLock(process.argv[2] ?? "");
if (!lock) process.exit(1);
process.stdout.write("held\n");
setInterval(() => lock, 1_000_000);
