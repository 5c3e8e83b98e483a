interface Rule {
  readonly pattern: RegExp;
  readonly isException: boolean;
}

/** The patterns of a `.dockerignore` file: what they leave out of a build context. */
export interface Dockerignore {
  /** Whether a file or folder at `path`, relative to the context with `/`, is left out. */
  ignores(path: string): boolean;
  /** Whether something in a folder that is left out may be kept. */
  readonly hasExceptions: boolean;
}

/** As Docker reads them: the last pattern that matches a path, or a folder above it, counts; `!` keeps. */
export const parseDockerignore = (text: string): Dockerignore => {
  const rules = text.split(/\r?\n/).flatMap(ruleOf);
  return {
    ignores: (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isException === false,
    hasExceptions: rules.some(({ isException }) => isException),
  };
};

const ruleOf = (line: string): Rule[] => {
  const trimmed = line.trim();
  if (trimmed === "" || line.startsWith("#")) return [];
  const isException = trimmed.startsWith("!");
  const path = (isException ? trimmed.slice(1) : trimmed).trim().replace(/^(\.?\/)+|\/+$/g, "");
  const pattern = patternOf(path);
  return path === "" || !pattern ? [] : [{ pattern, isException }];
};

/** `**` stands for any folders, `*` and `?` for what has no slash, `[…]` for one of some letters, `\` takes the next as it is. */
const patternOf = (path: string): RegExp | undefined => {
  const source = path.replaceAll(/\*\*\/?|\\?./gs, (part) => {
    if (part.startsWith("**")) return part === "**/" ? "(?:.*/)?" : ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part === "[" || part === "]" || part === "-") return part;
    return part.at(-1)?.replace(/[\\^$.*+?()|{}/[\]-]/, "\\$&") ?? "";
  });
  return compiled(source);
};

const compiled = (source: string): RegExp | undefined => {
  try {
    return new RegExp(`^${source}(?:/.*)?$`, "s");
  } catch {
    return undefined; // a bracket without its other half
  }
};
