const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  ["K", "M", "G", "T", "P"].flatMap((letter, index) => [
    [`${letter}B`, 1000 ** (index + 1)],
    [`${letter}iB`, 1024 ** (index + 1)],
  ]),
);

/** Bytes in a memory setting such as `512MB` (powers of 1000) or `2GiB` (powers of 1024). */
export const parseBytes = (text: string): number => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const factor = UNITS[unit ?? ""];
  if (amount === undefined || factor === undefined) throw new RangeError(`${text} is no amount of memory`);
  return Math.round(Number(amount) * factor);
};

/** An amount of bytes for people: `1.5 GB`. */
export const formatBytes = (bytes: number): string => {
  const steps = ["B", "kB", "MB", "GB", "TB", "PB"];
  const index = bytes < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** index;
  return `${index === 0 || amount >= 100 ? Math.round(amount) : amount.toPrecision(3)} ${steps[index]}`;
};
