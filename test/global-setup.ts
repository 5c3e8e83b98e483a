import { execFileSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { settleRyuk } from "./fixtures/ryuk.ts";

/**
 * Builds the package once where its sources are newer: the integration tests run what users get. Workers start after
 * this with a copy of this process's environment, so what is set here holds in each of them.
 */
export const setup = async (): Promise<void> => {
  if (isStale()) execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
  await settleRyuk();
};

const isStale = (): boolean => {
  const built = "dist/entrypoint.mjs";
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  const sources = globSync([
    "src/**/*.ts",
    "entrypoint/**/*.ts",
    "package.json",
    "tsconfig*.json",
    "rolldown.config.js",
  ]);
  return sources.some((file) => statSync(file).mtimeMs > mtimeMs);
};
