import type { EnvironmentIdentity } from "../../step-launcher/port.ts";

/** This process, as far as it belongs to a cache key. */
export const processEnvironment = (): EnvironmentIdentity => {
  const ingredients = { node: process.version, platform: `${process.platform} ${process.arch}` };
  return { key: `local ${ingredients.node} ${ingredients.platform}`, ingredients };
};
