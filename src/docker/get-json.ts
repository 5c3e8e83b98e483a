import type Dockerode from "dockerode";
import type { Cancellable } from "./port.ts";

interface GetOptions extends Cancellable {
  /** What the engine presents to a registry that it asks. */
  readonly authconfig?: object | undefined;
}

/** A GET whose signal is heeded, which dockerode's `info`, `version`, `ping` and `image.inspect` lack. */
export const getJson = (
  docker: Dockerode,
  path: string,
  { signal, authconfig }: GetOptions = {},
): Promise<unknown> => {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  docker.modem.dial(
    {
      ...{ path, method: "GET", statusCodes: { 200: true }, ...abortOption(signal) },
      ...(authconfig && { authconfig }),
    },
    (error, answer) => (error ? reject(error) : resolve(answer)),
  );
  return promise;
};

/** The option by which dockerode takes a signal; it deletes it from the object, so pass a fresh one. */
export const abortOption = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
  signal === undefined ? {} : { abortSignal: signal };
