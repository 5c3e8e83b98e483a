import * as z from "zod/mini";

const Time = z.iso.datetime({ offset: true });

/**
 * When a backend that has schedules is to run a pipeline; ZenML's `Schedule`. Times are ISO 8601 with `Z` or an offset.
 * One of `cronExpression`, `intervalSecond` with `startTime`, and `runOnceStartTime` is needed.
 */
export const Schedule = z
  .strictObject({
    name: z.optional(z.string()),
    /** As cron has it: `0 6 * * 1`. */
    cronExpression: z.optional(z.string()),
    startTime: z.optional(Time),
    endTime: z.optional(Time),
    /** Seconds from one run to the next. */
    intervalSecond: z.optional(z.number().check(z.positive())),
    /** Whether runs that were missed are made up for. */
    catchup: z.optional(z.boolean()),
    runOnceStartTime: z.optional(Time),
  })
  .check(
    z.refine(
      ({ cronExpression, intervalSecond, startTime, runOnceStartTime }) =>
        cronExpression !== undefined ||
        runOnceStartTime !== undefined ||
        (intervalSecond !== undefined && startTime !== undefined),
      "needs a cronExpression, an intervalSecond with a startTime, or a runOnceStartTime",
    ),
  );
export type Schedule = z.infer<typeof Schedule>;
