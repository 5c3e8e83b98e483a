import type { Prefix } from "./log-lines.ts";
import type { Paint, Style } from "./text.ts";

const COLOURS: readonly Style[] = [
  "cyan",
  "magenta",
  "green",
  "yellow",
  "blue",
  "cyanBright",
  "magentaBright",
  "greenBright",
  "yellowBright",
  "blueBright",
];

/** Names longer than this do not make room for themselves in the lines of all others. */
const WIDEST = 24;

/** `name │ ` for people at a terminal, all equally wide. */
export const paddedPrefix = (names: readonly string[], paint: Paint): Prefix => {
  const width = Math.min(WIDEST, Math.max(0, ...names.map(({ length }) => length)));
  return coloured(names, paint, (name) => `${name.padEnd(width)} │`);
};

/** `name | ` for programs and files. */
export const plainPrefix = (names: readonly string[], paint: Paint): Prefix =>
  coloured(names, paint, (name) => `${name} |`);

/** Each name in a colour of its own, which depends on its place among the names alone. */
const coloured = (names: readonly string[], paint: Paint, label: (name: string) => string): Prefix => {
  const make = (name: string, index: number) =>
    `${paint(COLOURS[index % COLOURS.length] ?? "cyan", label(name))} `;
  const made = new Map(names.map((name, index) => [name, make(name, index)]));
  return (name) => made.get(name) ?? make(name, made.size);
};
