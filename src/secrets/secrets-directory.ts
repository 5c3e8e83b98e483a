import { lstatSync, statfsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SecretSourceError } from "./errors.ts";

/** `TMPFS_MAGIC` and `RAMFS_MAGIC` of Linux. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

const isInMemory = (path: string): boolean => {
  try {
    return IN_MEMORY.has(statfsSync(path).type);
  } catch {
    return false;
  }
};

/**
 * Where this user's secrets for containers lie: what `STEPDOCK_SECRETS_DIR` names, else a directory in memory
 * (`XDG_RUNTIME_DIR`, `/dev/shm`), else, where a platform has none, the one for temporary files.
 */
export const secretsRoot = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string => {
  const { STEPDOCK_SECRETS_DIR: asked, XDG_RUNTIME_DIR: own } = environment;
  const places = [own, "/dev/shm"].filter((path) => path !== undefined && path !== "");
  const base = asked ? resolve(asked) : (places.find((path) => isInMemory(path ?? "")) ?? tmpdir());
  return join(base, `stepdock-secrets-${process.getuid?.() ?? "user"}`);
};

/** Makes a directory that nobody else can read. `/dev/shm` is everybody's: one that was there is not trusted blindly. */
export const makePrivateDirectory = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const isOwn =
    process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o077) === 0);
  if (found.isDirectory() && isOwn) return;
  throw new SecretSourceError(
    `Secrets cannot be put into ${path}: it is not a directory of yours that only you can read. Remove it, or name ` +
      "another place with STEPDOCK_SECRETS_DIR.",
  );
};
