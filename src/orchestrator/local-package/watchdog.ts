import { once } from "node:events";

/** Ends with the line that tells it to; an end without one is the end of whoever held the other end of the pipe. */
const SCRIPT = 'read -r _ || kill -s KILL -- "-$0"';

/**
 * Has a process group killed as soon as this process is gone, however it ended: a small shell of its own, in a session
 * of its own, that waits for the end of a pipe. Disposing it calls it off.
 *
 * @throws where there is no `/bin/sh`
 */
export const watchGroup = async (group: number): Promise<Disposable> => {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const watchdog = spawn("/bin/sh", ["-c", SCRIPT, String(group)], {
    ...{ detached: true, env: {}, cwd: "/" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.stdin.on("error", () => {}); // somebody ended it: then it has nothing to be told
  await once(watchdog, "spawn");
  return { [Symbol.dispose]: () => void watchdog.stdin.end("done\n") };
};
