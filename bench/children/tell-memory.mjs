// Loaded into the command line before anything else, in JavaScript: Node's own stripping of types would take 18 MB.
import { readFileSync, writeFileSync } from "node:fs";

process.on("exit", () => {
  const [, kilobytes = "0"] = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const told = { peak: (Number(kilobytes) * 1024) / 1e6, end: process.memoryUsage.rss() / 1e6 };
  writeFileSync(process.env.BENCH_MEMORY_FILE ?? "", JSON.stringify(told));
});
