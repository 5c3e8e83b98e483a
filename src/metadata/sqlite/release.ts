import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";

/** The version of stepdock that runs here, noted in what it makes. */
export const releaseHere = (): string => {
  const path = findPackageJSON("..", import.meta.url);
  if (path === undefined) throw new Error(`No package.json lies above ${import.meta.url}.`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
};
