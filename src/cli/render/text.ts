import { styleText } from "node:util";
import { sanitizeForTerminal } from "../../logging/sanitize.ts";
import type { Output } from "../output.ts";

export type Style = Parameters<typeof styleText>[0];

/** Styles text, or leaves it as it is where the stream shows no colours (`NO_COLOR`, `FORCE_COLOR`, no terminal). */
export type Paint = (style: Style, text: string) => string;

export const painter =
  ({ stream }: Pick<Output, "stream">): Paint =>
  (style, text) =>
    text === "" ? "" : styleText(style, text, { stream });

/** Text of several lines that others wrote, harmless to a terminal. */
export const harmless = (text: string): string => text.split("\n").map(sanitizeForTerminal).join("\n");

/** `12 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export const formatDuration = (milliseconds: number): string => {
  if (milliseconds < 100) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** How long it was between two times of a record; `undefined` where one of them is not known. */
export const durationBetween = (from: string | null, to: string | null): string | undefined =>
  from === null || to === null ? undefined : formatDuration(Date.parse(to) - Date.parse(from));

/** `1 step`, `2 steps`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
