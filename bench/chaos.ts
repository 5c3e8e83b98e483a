import { parseArgs } from "node:util";
import { wreakChaos } from "../test/chaos/chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});

const seed = Number(values.seed);
console.log(`chaos: ${values.kills} kills, seed ${seed}`);
const begun = performance.now();
const { problems, concurrencies, ...figures } = await wreakChaos({
  kills: Number(values.kills),
  seed,
  onRun: console.log,
});
const seconds = Math.round((performance.now() - begun) / 1000);
console.table({ ...figures, "steps at once": concurrencies.join(", "), seconds });
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
