import type { RunEvent } from "../../model/index.ts";
import type { Output } from "../output.ts";
import { noticeLine, startLine, statusLine } from "./event-lines.ts";
import { WholeLines } from "./log-lines.ts";
import { plainPrefix } from "./prefix.ts";
import { runReport } from "./report.ts";
import type { RunRenderer } from "./run-renderer.ts";
import { RunView } from "./run-view.ts";
import { type Paint, painter } from "./text.ts";

/** Lines, for everything that is no terminal. */
export const createPlainRenderer = (out: Output): RunRenderer => {
  const view = new RunView();
  const paint = painter(out);
  let lines = new WholeLines(plainPrefix([], paint));
  return {
    sink: (event) => {
      view.apply(event);
      if (event.event === "run_started") {
        lines = new WholeLines(plainPrefix(event.layers.flat(), paint));
      }
      const text = textOf(event, lines, paint);
      return event.event === "step_log" ? out.gather(text) : out.write(text);
    },
    close: async (outputs = {}) => {
      const report = runReport(view, outputs, paint);
      await out.write(lines.finish() + report.map((line) => `${line}\n`).join(""));
    },
  };
};

const textOf = (event: RunEvent, lines: WholeLines, paint: Paint): string => {
  if (event.event === "step_log") return lines.log(event);
  const line =
    event.event === "run_started"
      ? startLine(event, paint)
      : event.event === "step_status"
        ? statusLine(event, paint)
        : noticeLine(event, paint);
  return line === undefined ? "" : lines.other(line);
};
