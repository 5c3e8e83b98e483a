const DAY = 86_400_000;

/** 0 for 1 January, 364 or 365 for 31 December. */
export const dayOfYear = (date: string): number =>
  (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`)) / DAY;

export const dayAfter = (date: string): string => new Date(Date.parse(date) + DAY).toISOString().slice(0, 10);
