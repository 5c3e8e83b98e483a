import { UsageError } from "./errors.ts";

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** Opens a file with the program that the desktop has for it. @throws UsageError where there is no desktop */
export const openFile = async (path: string): Promise<void> => {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const [command = "xdg-open", ...rest] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...rest, path], { stdio: "ignore", detached: true });
  await new Promise<void>((resolve, reject) => {
    child.on("spawn", resolve);
    child.on("error", (cause) =>
      reject(new UsageError(`${command} cannot open it (${cause.message}). It is at ${path}`)),
    );
  });
  child.unref();
};
