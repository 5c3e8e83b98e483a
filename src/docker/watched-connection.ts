import { setTimeout } from "node:timers/promises";
import type { EngineConnection } from "./dockerode-client.ts";
import { getJson } from "./get-json.ts";

/**
 * The connection, cut once an engine that it is open to has answered nothing for about this many seconds: what waits
 * for it, an exit say, would wait for ever. An engine answers a ping whatever else it does. It takes two pings that
 * are not answered, as the first may find this process itself to have stood still.
 */
export const watchedConnection = (connection: EngineConnection, patience: number): EngineConnection => {
  const over = new AbortController();
  void watch(connection, patience, over.signal);
  return {
    ...connection,
    [Symbol.dispose]: () => {
      over.abort();
      connection[Symbol.dispose]();
    },
  };
};

const watch = async (connection: EngineConnection, patience: number, over: AbortSignal): Promise<void> => {
  const half = (patience * 1000) / 2;
  while (await hasPassed(half, over)) {
    if (!connection.isOpen() || (await answers(connection, half, over))) continue;
    if (over.aborted || (await answers(connection, half, over)) || over.aborted) continue;
    return connection.cut(`the engine has not answered for ${patience} s`);
  }
};

const hasPassed = (milliseconds: number, over: AbortSignal): Promise<boolean> =>
  setTimeout(milliseconds, true, { ref: false, signal: over }).catch(() => false);

/** In whatever way: an engine that refuses or hangs up is told of by those who ask it for something. */
const answers = async (
  { docker }: EngineConnection,
  milliseconds: number,
  over: AbortSignal,
): Promise<boolean> => {
  const limit = AbortSignal.timeout(milliseconds);
  const signal = AbortSignal.any([limit, over]);
  return await getJson(docker, "/_ping", { signal }).then(
    () => true,
    () => !limit.aborted,
  );
};
