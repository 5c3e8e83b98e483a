import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { ImageSettingsError } from "./image-settings-error.ts";

/** What the patterns of a `.dockerignore` leave out of a build context. */
export interface Dockerignore {
  /** Whether `path`, relative to the context and with `/`, is left out. */
  readonly ignores: (path: string) => boolean;
  /** Whether something below a folder that is left out may be taken after all. */
  readonly hasExceptions: boolean;
}

export const NOTHING_IGNORED: Dockerignore = { ignores: () => false, hasExceptions: false };

interface Rule {
  readonly pattern: RegExp;
  /** `!`: what it matches is taken after all. */
  readonly isException: boolean;
}

/**
 * Reads patterns as the Docker command line does: the last line that matches a path or a folder above it decides.
 *
 * @throws ImageSettingsError for a pattern that means nothing
 */
export const parseDockerignore = (text: string): Dockerignore => {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap(ruleOf);
  return {
    ignores: (path) => {
      const paths = withParents(path);
      const last = rules.findLast(({ pattern }) => paths.some((each) => pattern.test(each)));
      return last !== undefined && !last.isException;
    },
    hasExceptions: rules.some(({ isException }) => isException),
  };
};

/** The patterns in a file; where there is none, it leaves out nothing. @throws ImageSettingsError */
export const readDockerignore = async (path: string): Promise<Dockerignore> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return parseDockerignore(text);
};

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
  try {
    return new RegExp(`^${source}$`, "s");
  } catch (cause) {
    const text = `The pattern ${path} of a .dockerignore cannot be read: ${(cause as Error).message}.`;
    throw new ImageSettingsError("dockerignore", path, `${text} Correct it, or remove the line.`, { cause });
  }
};

const TOKEN = /\*\*\/|\*\*|\*|\?|\[\^?[^\]]+\]|\\.|./gsu;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const withParents = (path: string): string[] => {
  const names = path.split("/");
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
};
