/** As many links as Linux follows on one path. */
const MOST_LINKS = 40;

/**
 * Whether a symbolic link leads out of the tree that it is in: by an absolute target, by `..` above the root on any part
 * of the way through other links of the tree, or by a circle, of which it cannot be told. One that leads to nothing
 * inside does not.
 *
 * @param path of the link, relative to the tree's root
 * @param links all links of the tree: path → target
 */
export const leadsOut = (path: string, target: string, links: ReadonlyMap<string, string>): boolean => {
  const at = path.split("/").slice(0, -1);
  // The first is the next part to go.
  const ahead = partsOf(target);
  if (target.startsWith("/")) return true;
  for (let followed = 0; ahead.length > 0; ) {
    const part = ahead.shift() ?? "";
    if (part === ".." && at.length === 0) return true;
    if (part === "..") at.pop();
    else at.push(part);
    const next = part === ".." ? undefined : links.get(at.join("/"));
    if (next === undefined) continue;
    followed += 1;
    if (followed > MOST_LINKS || next.startsWith("/")) return true;
    at.pop();
    ahead.unshift(...partsOf(next));
  }
  return false;
};

const partsOf = (target: string): string[] => target.split("/").filter((part) => part !== "" && part !== ".");
