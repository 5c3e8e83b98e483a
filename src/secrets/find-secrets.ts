import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { SecretSourceError } from "./errors.ts";

/** Where values of secrets come from. */
export interface SecretSources {
  /** Of this process, in general. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Has `.env`, unless another file is asked for. */
  readonly projectRoot: string;
  /** Instead of `.env`: has to be there. Relative to the working directory. */
  readonly envFile?: string | undefined;
}

export type FoundSecret = { readonly value: string } | { readonly problem: string };

/** More is not masked at any reasonable price; the engines' own secrets have a limit of the kind, too. */
export const MAX_SECRET_BYTES = 32 * 1024;

interface Level {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What paths are relative to. */
  readonly directory: string;
}

export const envFileOf = ({ projectRoot, envFile }: SecretSources): string =>
  envFile === undefined ? join(projectRoot, ".env") : resolve(envFile);

/**
 * Looks each name up: in the environment, else in the `.env` file; in both as `NAME`, else as `NAME_FILE`, the path of a
 * file (Docker's convention), of whose content one newline at the end is left out.
 *
 * @throws SecretSourceError where the `.env` file cannot be read
 */
export const findSecrets = (
  names: readonly string[],
  sources: SecretSources,
): ReadonlyMap<string, FoundSecret> => {
  if (names.length === 0) return new Map();
  const file = envFileOf(sources);
  const levels: Level[] = [
    { variables: sources.environment, directory: process.cwd() },
    { variables: readEnvFile(file, sources.envFile !== undefined), directory: dirname(file) },
  ];
  return new Map(names.map((name) => [name, checked(find(name, levels))]));
};

const readEnvFile = (path: string, isAskedFor: boolean): Level["variables"] => {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (cause) {
    if (!isAskedFor && (cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    const message = `The file with the secrets, ${path}, cannot be read: ${(cause as Error).message}.`;
    throw new SecretSourceError(`${message} Correct --env-file, or the file.`, { cause });
  }
};

const find = (name: string, levels: readonly Level[]): FoundSecret => {
  for (const { variables, directory } of levels) {
    const { [name]: value, [`${name}_FILE`]: path } = variables;
    if (value) return { value };
    if (path) return readSecret(resolve(directory, path), name);
  }
  const isEmpty = levels.some(({ variables }) => variables[name] === "");
  return { problem: isEmpty ? "it is set, but empty" : "it is not set" };
};

const readSecret = (path: string, name: string): FoundSecret => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
    const value = text.replace(/\r?\n$/, "");
    return value === "" ? { problem: `the file ${path} (${name}_FILE) is empty` } : { value };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is no UTF-8 text" : message;
    return { problem: `the file ${path} (${name}_FILE) cannot be read: ${why}` };
  }
};

const checked = (found: FoundSecret): FoundSecret => {
  if ("problem" in found) return found;
  if (found.value.includes("\0")) return { problem: "its value has a NUL byte, which no variable can have" };
  return Buffer.byteLength(found.value) > MAX_SECRET_BYTES
    ? { problem: `its value is longer than ${MAX_SECRET_BYTES / 1024} KiB` }
    : found;
};
