import { readFileSync } from "node:fs";

/** Two directories up from here in the sources, two or three in what is built. */
const PLACES = ["../../package.json", "../../../package.json"];

/** The version of this package; `unknown` where its package.json is not where it belongs. */
export const ownVersion = (): string => {
  for (const place of PLACES) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8"));
      if (name === "stepdock") return version;
    } catch {
      // It is at the other place.
    }
  }
  return "unknown";
};
