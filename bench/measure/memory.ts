import { median } from "./statistics.ts";

const MEGABYTE = 1e6;
const PERIOD = 50;

export interface MemoryUse {
  /** The most, in MB. */
  readonly peak: number;
  /** How much more, in MB, in the last quarter of the time than in the second: nothing where memory is flat. */
  readonly growth: number;
}

/** How much memory this process has (RSS) while something goes on. */
export const watchMemory = (): { stop(): MemoryUse } => {
  const samples: number[] = [];
  const sample = () => samples.push(process.memoryUsage.rss() / MEGABYTE);
  sample();
  const timer = setInterval(sample, PERIOD);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return memoryUse(samples);
    },
  };
};

export const memoryUse = (samples: readonly number[]): MemoryUse => {
  const quarter = (number: number) =>
    samples.slice(
      Math.floor(((number - 1) * samples.length) / 4),
      Math.max(1, Math.ceil((number * samples.length) / 4)),
    );
  return {
    peak: samples.reduce((a, b) => Math.max(a, b), 0),
    growth: median(quarter(4)) - median(quarter(2)),
  };
};
