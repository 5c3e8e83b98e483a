import { ReadOnlyError } from "../../stack/errors.ts";
import type { Source } from "../../stack/flavor-registry.ts";

/** The one of several that is the workspace's own, which alone may be changed. @throws ReadOnlyError */
export const ownOf = <Thing extends { readonly name: string; readonly source: Source }>(
  what: string,
  found: readonly Thing[],
): Thing | undefined => {
  const own = found.find(({ source }) => source === "workspace");
  const [other] = found;
  if (!own && other) throw new ReadOnlyError(what, other.name, other.source);
  return own;
};
