import type { EventSink } from "../model/index.ts";

/** The version whose V8 is known to have the flag: another prints an error where it lacks it. */
const KNOWN = 24;

/**
 * Once steps run, V8's young generation is left at the size that starting up gave it. It would grow to some 50 MB in
 * a long run, a third of the process, which gains a program nothing that mostly waits for containers.
 */
export const stayingSmall = (sink: EventSink): EventSink => {
  let isDone = Number.parseInt(process.versions.node, 10) !== KNOWN;
  return (event) => {
    if (!isDone && event.event === "step_status" && event.status === "running") {
      isDone = true;
      process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
    }
    return sink(event);
  };
};
