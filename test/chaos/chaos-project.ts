import { createProject, type Project } from "../fixtures/project.ts";

/** Lines that every attempt of every step prints before it ends or throws. */
export const LINES = 8;
export const STEPS = 30;

/** What an attempt prints, whole: its numbered lines, then its hook's, which a retried attempt does not have. */
export const linesOf = (invocation: string, { ended }: { readonly ended: boolean }): string[] => [
  ...Array.from({ length: LINES }, (_, index) => `${invocation} ${index + 1}/${LINES}`),
  ...(ended ? [`end of ${invocation}`] : []),
];

const SOURCE = `
import { setTimeout } from "node:timers/promises";
import { pipeline, step, type StepContext } from "stepdock";
import * as z from "zod";

const outputs = { value: z.int(), text: z.string() };
const work = async ({ invocationId }: StepContext, ...values: number[]) => {
  for (let line = 1; line <= ${LINES}; line += 1) {
    console.log(invocationId + " " + line + "/${LINES}");
    await setTimeout(3);
  }
  const value = values.reduce((sum, each) => (sum * 31 + each) % 1_000_003, invocationId.length);
  return { value, text: (invocationId + " " + value + "\\n").repeat(500) };
};

export const source = step({ name: "source", inputs: { a: z.int() }, outputs,
  run: ({ a }, context) => work(context, a) });
export const one = step({ name: "one", inputs: { a: z.int() }, outputs,
  run: ({ a }, context) => work(context, a) });
export const pair = step({ name: "pair", inputs: { a: z.int(), b: z.int() }, outputs,
  run: ({ a, b }, context) => work(context, a, b) });
export const four = step({ name: "four", inputs: { a: z.int(), b: z.int(), c: z.int(), d: z.int() }, outputs,
  run: ({ a, b, c, d }, context) => work(context, a, b, c, d) });
/** Fails at its first attempt. Where that one was lost with its orchestrator, the next is good at once. */
export const flaky = step({ name: "flaky", inputs: { a: z.int() }, outputs, retry: { maxRetries: 1, delay: 0 },
  run: async ({ a }, context) => {
    const made = await work(context, a);
    if (context.attempt === 1) throw new Error("on purpose");
    return made;
  } });

export const said = ({ invocationId }: StepContext) => console.log("end of " + invocationId);

export const chaos = pipeline({ name: "chaos", onEnd: said, define: () => {
  const joined = [1, 2, 3, 4].map((n) => {
    const begun = source.with({ id: "source_" + n })({ a: n });
    const left = one.with({ id: "left_" + n })({ a: begun.value });
    const right = (n % 2 ? flaky : one).with({ id: "right_" + n })({ a: begun.value });
    return pair.with({ id: "join_" + n })({ a: left.value, b: right.value }).value;
  });
  const [a, b, c, d] = joined;
  const all = four.with({ id: "gather" })({ a: a!, b: b!, c: c!, d: d! });
  const branches = [1, 2, 3, 4, 5, 6].map((n) =>
    (n % 3 ? one : flaky).with({ id: "branch_" + n })({ a: all.value }).value);
  const pairs = [0, 2, 4].map((n) =>
    pair.with({ id: "pair_" + n })({ a: branches[n]!, b: branches[n + 1]! }).value);
  const low = pair.with({ id: "low" })({ a: pairs[0]!, b: pairs[1]! });
  const high = pair.with({ id: "high" })({ a: pairs[1]!, b: pairs[2]! });
  const last = pair.with({ id: "last" })({ a: low.value, b: high.value });
  return { result: pair.with({ id: "audit" })({ a: last.value, b: all.value }).value };
} });
`;

/** A pipeline of 30 steps: diamonds, fan-out and fan-in, retries, a hook at the end of each. */
export const chaosProject = (): Promise<Project> => createProject({ "pipeline.ts": SOURCE });
