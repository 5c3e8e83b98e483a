import type { Output } from "../output.ts";
import type { RunRenderer } from "./run-renderer.ts";

/** Each event as one line of JSON, and nothing else. */
export const createJsonRenderer = (out: Output): RunRenderer => ({
  sink: (event) => out.line(JSON.stringify(event)),
  close: async () => {},
});
