import type { Readable } from "node:stream";

/**
 * Runs a request that sends `body`, and closes it whatever comes. Where the body itself fails to be read, that is
 * what the caller learns, not the broken connection that follows from it.
 */
export const sendingBody = async <T>(body: Readable, request: () => Promise<T>): Promise<T> => {
  let unreadable: Error | undefined;
  body.once("error", (error) => {
    unreadable = error;
  });
  try {
    return await request();
  } catch (cause) {
    throw unreadable === undefined
      ? cause
      : new Error(`what was to be sent to it cannot be read: ${unreadable.message}`, { cause: unreadable });
  } finally {
    body.destroy();
  }
};
