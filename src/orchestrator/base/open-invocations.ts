import type { Invocation } from "../../model/index.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";

/** Those that have no end yet, so far as is known: an upstream's output may still tell that one is cached. */
export const openInvocations = ({
  snapshot,
  cached,
  prior,
}: Pick<RunContext, "snapshot" | "cached" | "prior">): Invocation[] =>
  Object.values(snapshot.invocations).filter(({ id }) => {
    const kind = prior.get(id)?.kind;
    return !cached.has(id) && kind !== "succeeded" && kind !== "ended";
  });
