import { posix } from "node:path";

interface Rule {
  readonly pattern: RegExp;
  /** `!`: what it matches is taken after all. */
  readonly isException: boolean;
}

/**
 * Which paths of a build context a `.dockerignore` leaves out, as the Docker command line reads it: the last line that
 * matches a path or a directory above it decides.
 *
 * @returns whether a path, relative to the context and with `/`, is left out
 */
export const dockerIgnore = (text: string): ((path: string) => boolean) => {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap(ruleOf);
  return (path) => {
    const paths = withParents(path);
    const last = rules.findLast(({ pattern }) => paths.some((each) => pattern.test(each)));
    return last !== undefined && !last.isException;
  };
};

/** Whether something below an ignored directory may be taken after all. */
export const hasExceptions = (text: string): boolean => /^\s*!/m.test(text);

const ruleOf = (line: string): Rule[] => {
  if (line.startsWith("#")) return [];
  const trimmed = line.trim();
  const isException = trimmed.startsWith("!");
  const written = isException ? trimmed.slice(1).trim() : trimmed;
  const path = written === "" ? "" : posix.normalize(written).replace(/^\/+|\/+$/g, "");
  return path === "" || path === "." ? [] : [{ pattern: patternOf(path), isException }];
};

/** Mirrors `patternmatcher` of moby: `**` any number of directories, `*` and `?` within one name, `[…]` a set. */
const patternOf = (path: string): RegExp => {
  const source = path.replace(TOKEN, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.startsWith("[")) return token;
    return token.startsWith("\\") ? escaped(token.slice(1)) : escaped(token);
  });
  return new RegExp(`^${source}$`, "s");
};

const TOKEN = /\*\*\/|\*\*|\*|\?|\[\^?[^\]]+\]|\\.|./gsu;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const withParents = (path: string): string[] => {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
};
