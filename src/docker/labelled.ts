import { abortOption } from "./get-json.ts";
import type { Cancellable } from "./port.ts";
import { asDockerError } from "./request-error.ts";
import { statusCodeOf } from "./request-failure.ts";

type Abortable = ReturnType<typeof abortOption>;

/** Lists the things of a kind (`networks`) that carry all of these labels. */
export const listLabelled = async <T>(
  kind: string,
  labels: Readonly<Record<string, string>>,
  { signal }: Cancellable = {},
  list: (request: Abortable & { filters: string }) => Promise<T>,
): Promise<T> => {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  try {
    return await list({ filters: JSON.stringify({ label }), ...abortOption(signal) });
  } catch (cause) {
    throw asDockerError(`list ${kind} with`, label.join(", ") || "any label", cause, signal);
  }
};

/** Removes a thing of a kind (`network`). Absent already is success. */
export const removeIfThere = async (
  kind: string,
  id: string,
  { signal }: Cancellable = {},
  remove: (request: Abortable) => Promise<unknown>,
): Promise<void> => {
  try {
    await remove(abortOption(signal));
  } catch (cause) {
    if (statusCodeOf(cause) !== 404) throw asDockerError(`remove ${kind}`, id, cause, signal);
  }
};
