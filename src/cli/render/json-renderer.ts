import type { Output } from "../output.ts";
import type { RunRenderer } from "./run-renderer.ts";

/** Each event as one line of JSON, and nothing else. */
export const createJsonRenderer = (out: Output): RunRenderer => ({
  sink: (event) => {
    const line = `${JSON.stringify(event)}\n`;
    return event.event === "step_log" ? out.gather(line) : out.write(line);
  },
  close: async () => await out.write(""),
});
