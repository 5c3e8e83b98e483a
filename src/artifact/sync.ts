import { open } from "node:fs/promises";

/** Makes the entries of a directory durable. Windows cannot open one, and needs no such thing. */
export const syncDirectory = async (directory: string): Promise<void> => {
  if (process.platform === "win32") return;
  await using handle = await open(directory, "r");
  await handle.sync();
};
