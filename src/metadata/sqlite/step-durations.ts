import type { DatabaseSync } from "./node-sqlite.ts";
import { query } from "./query.ts";

interface Wanted {
  readonly pipelineName: string;
  /** JSON array. */
  readonly invocationIds: string;
}

/** An odd number, so that one of them is the median. */
const EXECUTIONS = 3;

const executions = query<
  Wanted,
  { readonly invocationId: string; readonly startedAt: string | null; readonly finishedAt: string | null }
>("stepDurations", ({ build, sql }, value) =>
  build
    .selectFrom(sql<{ value: string }>`json_each(${value("invocationIds")})`.as("wanted"))
    .innerJoin("stepRuns", (join) =>
      join.on("stepRuns.seq", "in", (from) =>
        from
          .selectFrom("stepRuns as past")
          .innerJoin("pipelineRuns as run", "run.id", "past.runId")
          .select("past.seq")
          .whereRef("past.invocationId", "=", "wanted.value")
          // Part of the text, as it has to be for the index of completed ones to be used.
          .where("past.status", "=", sql.lit("completed"))
          .where("run.pipelineName", "=", value("pipelineName"))
          .orderBy("past.seq", "desc")
          .limit(sql.lit(EXECUTIONS)),
      ),
    )
    .select(["stepRuns.invocationId", "stepRuns.startedAt", "stepRuns.finishedAt"]),
);

/** See `MetadataStore.stepDurations`. */
export const selectStepDurations = (
  database: DatabaseSync,
  pipelineName: string,
  invocationIds: readonly string[],
): Record<string, number> => {
  const rows = executions(database, { pipelineName, invocationIds: JSON.stringify(invocationIds) });
  const byInvocation = new Map<string, number[]>();
  for (const { invocationId, startedAt, finishedAt } of rows) {
    if (startedAt === null || finishedAt === null) continue;
    // Never negative, though clocks are set back.
    const seconds = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
    byInvocation.set(invocationId, [...(byInvocation.get(invocationId) ?? []), seconds]);
  }
  return Object.fromEntries([...byInvocation].map(([id, seconds]) => [id, medianOf(seconds)]));
};

const medianOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;
