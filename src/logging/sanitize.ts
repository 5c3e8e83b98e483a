import { type LogRecord, recordText } from "./log-record.ts";

const ESC = "\u001b";
/** Colours and weights, the one kind of escape sequence that is kept. */
const SGR = `${ESC}\\[[0-9;:]*m`;
const RESET = `${ESC}[0m`;
/** Titles, links, clipboard and other strings, if they end; both spellings of each introducer. */
const STRING = `(?:${ESC}[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007${ESC}\u0080-\u009f]*(?:\u0007|${ESC}\\\\|\u009c)`;
const CSI = `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]?`;
const SHORT = `${ESC}[ -/]*[0-~]?`;
const BIDI = "[\u202a-\u202e\u2066-\u2069]";

/** One pass, in which every control character is part of some match: what is left holds none. */
const UNSAFE = new RegExp(
  `(?<kept>${SGR}|\\t)|(?<break>[\\n\\v\\f])|${STRING}|${CSI}|${SHORT}|${BIDI}|\\p{Cc}`,
  "gu",
);
/** Nothing but what is kept; most lines are of this kind, and there may be millions. */
const HARMLESS = /^[\t -~]*$/;
const COLOURS = new RegExp(SGR, "g");

/**
 * Makes one line of a step's output harmless to a terminal. Kept: text, tabs and colours, which are reset at its end.
 * Removed: all other escape sequences and control characters, and the bidirectional overrides that make text read as
 * what it is not; a lone surrogate becomes U+FFFD, a line break a space. Of a line that was overwritten with carriage
 * returns (a progress bar) the last state that shows anything is left. The log file keeps it all.
 */
export function sanitizeForTerminal(text: string): string {
  if (HARMLESS.test(text)) return text;
  const states = text.toWellFormed().split("\r");
  for (let last = states.pop(); last !== undefined; last = states.pop()) {
    const line = withoutUnsafe(last);
    if (line.replace(COLOURS, "") !== "") return resetColours(line);
  }
  return "";
}

/** A record as a terminal may show it; bytes that are not UTF-8 show as U+FFFD. */
export const recordForTerminal = (record: LogRecord): string => sanitizeForTerminal(recordText(record));

const withoutUnsafe = (line: string): string =>
  line.replace(UNSAFE, (...match) => {
    const groups: Record<string, string | undefined> = match.at(-1);
    return groups.kept ?? (groups.break === undefined ? "" : " ");
  });

const resetColours = (line: string): string =>
  line.includes(ESC) && !line.endsWith(RESET) ? `${line}${RESET}` : line;
