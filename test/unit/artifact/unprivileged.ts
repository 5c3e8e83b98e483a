import { chown } from "node:fs/promises";

const NOBODY = 65534;

/** Runs `act` as a user without root's rights over files. */
export const unprivileged = async (directory: string, act: () => Promise<unknown>): Promise<void> => {
  if (process.getuid?.() !== 0) return void (await act());
  await chown(directory, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await act();
  } finally {
    process.seteuid?.(0);
  }
};
