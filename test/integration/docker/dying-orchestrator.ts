import { openStepLog } from "../../../src/logging/step-log.ts";
import { containers, shell } from "./container-support.ts";

/**
 * Run as a process of its own: `SCRIPT GATE LOG NONCE RECORDS`. Starts a container with the folder GATE at /gate, gives it
 * an assignment, logs what it prints to LOG, prints its id, and kills itself when it has been told of RECORDS records.
 */
const [script = "", gate = "", path = "", nonce = "", records = ""] = process.argv.slice(2);
let left = Number(records);
const id = Promise.withResolvers<void>();

const log = await openStepLog({
  path,
  nonce,
  onRecord: async () => {
    await id.promise;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  },
});
const mounts = [{ type: "bind", source: gate, target: "/gate", readOnly: true }] as const;
const container = await containers.create(shell(script, { stdin: true, mounts }), log);
const { stdin, ended } = await container.start();
process.stdout.write(`${container.id}\n`, () => id.resolve());
stdin?.write("the assignment\n");
await ended;
