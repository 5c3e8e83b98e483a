import { FORK, IMPORTS } from "./support.ts";

/** Pipelines whose steps end in all the ways that there are. */
export const PIPELINES = {
  "fork.ts": FORK,
  "pipeline.ts": `${IMPORTS}
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
export { fork } from "./fork.ts";

export const one = step({ name: "one", output: z.number(), run: () => 1 });
export const two = step({ name: "two", output: z.number(), run: () => 2 });
export const pair = pipeline({ name: "pair", enableCache: false, define: () => ({ one: one(), two: two() }) });

export const nightly = pipeline({
  name: "nightly",
  schedule: { name: "night", cronExpression: "0 2 * * *" },
  define: () => { one(); },
});

export const throws = step({ name: "throws", output: z.number(), run: () => { throw new RangeError("too far"); } });
export const needy = step({ name: "needy", inputs: { n: z.number() }, run: () => {} });
export const broken = pipeline({
  name: "broken",
  enableCache: false,
  define: () => { one(); needy({ n: throws() }); },
});
export const strict = pipeline({
  name: "strict",
  enableCache: false,
  executionMode: "stop_on_failure",
  define: () => { needy({ n: throws() }); two(); },
});
export const hasty = pipeline({ name: "hasty", executionMode: "fail_fast", define: () => { one(); } });

export const leaves = step({ name: "leaves", run: () => process.exit(0) });
export const leaving = pipeline({ name: "leaving", enableCache: false, define: () => { leaves(); } });

export const litters = step({
  name: "litters",
  run: () => spawn("sleep", ["3600"], { stdio: "inherit" }).unref(),
});
export const littering = pipeline({ name: "littering", enableCache: false, define: () => { litters(); } });

export const second = step({
  name: "second",
  inputs: { file: z.string() },
  retry: { maxRetries: 2 },
  run: ({ file }) => {
    appendFileSync(file, "x");
    if (readFileSync(file, "utf8").length < 2) throw new Error("not yet");
  },
});
export const retried = pipeline({
  name: "retried",
  enableCache: false,
  parameters: { file: z.string() },
  define: ({ file }) => { second({ file }); },
});

export const waits = step({
  name: "waits",
  inputs: { file: z.string() },
  run: async ({ file }, { signal }) => {
    writeFileSync(file, "here");
    while (!existsSync(file + ".go") && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
    signal.throwIfAborted();
  },
});
export const waiting = pipeline({
  name: "waiting",
  enableCache: false,
  parameters: { file: z.string() },
  define: ({ file }) => { waits({ file }); },
});
`,
};
