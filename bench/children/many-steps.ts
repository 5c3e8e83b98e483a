import { readFileSync } from "node:fs";
import { nothings } from "../pipelines/nothing.ts";
import { runAll } from "../stepdock-run.ts";

const MEGABYTE = 1e6;

const [, , workspace = "", count = "1"] = process.argv;
const begun = performance.now();
await runAll(nothings(Number(count)), { workspace, signal: new AbortController().signal });
const milliseconds = performance.now() - begun;
const [, kilobytes = "0"] = /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const peak = (Number(kilobytes) * 1024) / MEGABYTE;
console.log(JSON.stringify({ milliseconds, peak, end: process.memoryUsage.rss() / MEGABYTE }));
