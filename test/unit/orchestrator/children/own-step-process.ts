import { StepProcess } from "../../../../src/orchestrator/local-package/step-process.ts";

/** A step that never ends, with a child that never ends: both tell their process ids. */
const STEP = `
  const { spawn } = require("node:child_process");
  const child = spawn("sleep", ["3600"]);
  process.stdin.once("data", () => console.log(JSON.stringify([process.pid, child.pid])));
  setInterval(() => {}, 1000);`;

const environment = { PATH: process.env.PATH ?? "" };
const sink = { write: (_: string, chunk: Buffer) => void process.stdout.write(chunk) };
const step = await StepProcess.start({ arguments: ["-e", STEP], cwd: "/", environment }, sink);
step.tell("go");
await step.ended;
