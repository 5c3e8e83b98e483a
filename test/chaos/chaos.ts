import type { StepRun } from "../../src/model/index.ts";
import { chaosProject } from "./chaos-project.ts";
import { type CheckedRun, checkRun } from "./check-run.ts";
import { watchEngine } from "./engine-watch.ts";
import { randomFrom } from "./random.ts";
import { type RunUnderFire, runUnderFire } from "./run-under-fire.ts";
import type { Moment, SessionPlan } from "./session.ts";

export interface ChaosOptions {
  readonly kills: number;
  /** Decides every moment. */
  readonly seed: number;
  /** The most event lines that a process may live for. */
  readonly maxEvents?: number;
  readonly onRun?: (told: string) => void;
}

export interface ChaosFigures {
  readonly kills: number;
  readonly runs: number;
  readonly resumes: number;
  /** Attempts that one process began and another brought to a good end. */
  readonly adopted: number;
  /** Attempts of which nothing was left, each made again. */
  readonly lost: number;
  /** Attempts after the first. */
  readonly reruns: number;
  /** How many steps the processes might run at once. */
  readonly concurrencies: readonly number[];
  /** Empty where everything held. */
  readonly problems: readonly string[];
}

const NONE: ChaosFigures = {
  ...{ kills: 0, runs: 0, resumes: 0, adopted: 0, lost: 0, reruns: 0 },
  ...{ concurrencies: [], problems: [] },
};

/** One after the other: a run that is resumed goes on with another than it was begun with. */
const CONCURRENCIES = [1, 2, 4] as const;

/** Kills orchestrators at random instants and resumes their runs, over and over, and checks each run that has ended. */
export const wreakChaos = async (options: ChaosOptions): Promise<ChaosFigures> => {
  await using project = await chaosProject();
  using watch = await watchEngine();
  const whole = await runUnderFire(project, "reference", () => ({ concurrency: 4 }));
  const first = await checkRun(project, whole, { watch });
  let figures = addTo({ ...NONE, runs: -1 }, whole, first);
  const next = plansFrom(options);
  while (figures.kills < options.kills && figures.problems.length === 0) {
    const { kills } = figures;
    const fired = await runUnderFire(project, `run-${figures.runs + 1}`, (more) =>
      next({ isKilled: kills + more < options.kills }),
    );
    const checked = await checkRun(project, fired, { watch, reference: first.outputs });
    figures = addTo(figures, fired, checked);
    const { problems, ...told } = figures;
    options.onRun?.(`${JSON.stringify(told)} ${problems.join("\n")}`);
  }
  return figures;
};

const plansFrom = (options: ChaosOptions): ((asked: { isKilled: boolean }) => SessionPlan) => {
  const nextMoment = momentsFrom(options);
  let session = options.seed;
  return ({ isKilled }) => {
    const concurrency = CONCURRENCIES[session % CONCURRENCIES.length] ?? 1;
    session += 1;
    return { concurrency, moment: isKilled ? nextMoment() : undefined };
  };
};

/** One in eight falls before the first event. */
const momentsFrom = ({ seed, maxEvents = 120 }: ChaosOptions): (() => Moment) => {
  const random = randomFrom(seed);
  return () => {
    if (random() < 1 / 8) return { events: 0, spins: Math.floor(random() * 1e9) };
    return { events: 1 + Math.floor(random() * maxEvents), spins: Math.floor(random() ** 3 * 2e8) };
  };
};

const addTo = (
  figures: ChaosFigures,
  fired: RunUnderFire,
  { problems, steps }: CheckedRun,
): ChaosFigures => ({
  kills: figures.kills + fired.kills,
  runs: figures.runs + 1,
  resumes: figures.resumes + fired.sessions.length - 1,
  adopted: figures.adopted + adoptedOf(fired, steps),
  lost: figures.lost + steps.filter(({ failure }) => failure?.kind === "lost").length,
  concurrencies: concurrenciesOf([
    ...figures.concurrencies,
    ...fired.sessions.map((each) => each.concurrency),
  ]),
  reruns: figures.reruns + steps.filter(({ attempt }) => attempt > 1).length,
  problems: [...figures.problems, ...problems],
});

const concurrenciesOf = (all: readonly number[]): number[] => [...new Set(all)].sort((a, b) => a - b);

const adoptedOf = ({ sessions }: RunUnderFire, steps: readonly StepRun[]): number => {
  const told = (id: string, wanted: string) =>
    sessions.findIndex(({ events }) =>
      events.some((each) => each.event === "step_status" && each.stepRunId === id && each.status === wanted),
    );
  return steps.filter(({ id, status }) => {
    const [begun, ended] = [told(id, "initializing"), told(id, status)];
    return status !== "failed" && status !== "stopped" && begun >= 0 && ended > begun;
  }).length;
};
