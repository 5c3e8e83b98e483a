import { writeFile } from "node:fs/promises";
import { EXIT, exitCodeOf, tooMuch } from "./exit-code.ts";
import { describeMachine } from "./machine.ts";
import { textTable } from "./measure/table.ts";
import { measureAll, workloadsOf } from "./measure-all.ts";
import { parseOptions, USAGE } from "./options.ts";
import { openWorkshop } from "./workshop.ts";
import { writeResults } from "./write-results.ts";

const bench = async (args: readonly string[], signal: AbortSignal): Promise<number> => {
  const options = parseOptions(args);
  const workloads = workloadsOf(options);
  await using workshop = await openWorkshop(signal);
  const machine = await describeMachine(workshop.docker);
  const rows = await measureAll(workloads, options, workshop, (name) => console.error(`measuring ${name} …`));
  console.log(`${machine}\n${textTable(rows).join("\n")}`);
  if (options.json !== undefined)
    await writeFile(options.json, JSON.stringify({ machine, rows }, undefined, 2));
  if (options.write && options.command !== "replay") await writeResults(options.command, { machine, rows });
  for (const { work, figure } of tooMuch(rows))
    console.error(`more than its bound and the noise: ${work}: ${figure}`);
  return exitCodeOf(rows, options);
};

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: a second one ends the bench at once, and leaves behind what it made.
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
}
const [asked, ...rest] = process.argv.slice(2);
if (asked === "help" || asked === "--help") console.log(USAGE);
else {
  process.exitCode = await bench(
    [asked, ...rest].filter((each) => each !== undefined),
    interruption.signal,
  ).catch((error: Error) => {
    console.error(
      `bench: ${interruption.signal.aborted ? interruption.signal.reason.message : error.message}`,
    );
    return EXIT.broken;
  });
}
