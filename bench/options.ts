import { resolve } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";

const count = z.coerce.number().int().positive();

const BenchOptions = z.object({
  /** Names of what to measure; absent: all. */
  only: z
    .string()
    .transform((names) => names.split(","))
    .optional(),
  runs: count.default(7),
  longRuns: count.optional(),
  json: z.string().optional(),
  smoke: z.boolean().default(false),
  all: z.boolean().default(false),
  write: z.boolean().default(false),
  dags: z.string().default(resolve(import.meta.dirname, "../../shared/dags")),
  concurrency: count.optional(),
  scheduling: z.enum(["layers", "critical-path"]).optional(),
  spin: z.boolean().default(false),
  lookahead: z.coerce.number().int().nonnegative().optional(),
  concurrentStarts: count.optional(),
});

const Command = z.discriminatedUnion("command", [
  z.object({ command: z.literal("table") }),
  z.object({ command: z.literal("techniques") }),
  z.object({ command: z.literal("replay"), file: z.string({ error: "replay takes a WfFormat 1.5 file" }) }),
]);

export type BenchOptions = z.output<typeof BenchOptions> & z.output<typeof Command>;

export const USAGE = `usage:
  npm run bench                            the table: each figure and whether it holds
  npm run bench -- techniques              each technique, with it and without it
  npm run bench -- replay FILE.json        any WfFormat 1.5 file
options:
  --only NAME,NAME   some of it             --runs N       interleaved pairs (7)
  --long-runs N      pairs of what takes minutes (as --runs)
  --all              all DAGs               --dags DIR     where they are (../shared/dags)
  --smoke            once and small: only whether it works
  --json FILE        the figures as JSON    --write        the table into bench/README.md
of a replay:
  --concurrency N  --scheduling layers|critical-path  --spin  --lookahead N  --concurrent-starts N`;

/** What was asked for. @throws Error that says what is wrong with the arguments */
export const parseOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ only: { type: "string" }, runs: { type: "string" }, "long-runs": { type: "string" } },
      ...{ json: { type: "string" }, smoke: { type: "boolean" }, all: { type: "boolean" } },
      ...{ write: { type: "boolean" }, dags: { type: "string" }, concurrency: { type: "string" } },
      ...{ scheduling: { type: "string" }, spin: { type: "boolean" }, lookahead: { type: "string" } },
      "concurrent-starts": { type: "string" },
    },
  });
  const [command = "table", file, ...more] = positionals;
  if (more.length > 0 || (file !== undefined && command !== "replay"))
    throw new Error(`too many arguments: ${positionals.slice(1).join(" ")}`);
  const { "long-runs": longRuns, "concurrent-starts": concurrentStarts, ...rest } = values;
  const options = check(BenchOptions, { ...rest, longRuns, concurrentStarts });
  return { ...options, ...check(Command, { command, file }) };
};

const check = <S extends z.ZodType>(schema: S, given: unknown): z.output<S> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join(".")}: ${issue?.message}`);
};
