/** Leads values of `from` to pixels of `to`. */
export const linear =
  ([from, end]: readonly [number, number], [start, stop]: readonly [number, number]) =>
  (value: number): number =>
    round(start + ((value - from) / (end - from)) * (stop - start));

/** The multiples of `step` from `from` to `to`. */
export const ticks = (from: number, to: number, step: number): number[] => {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
};

/** An element; attributes in the order that they are given. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string => {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`,
  );
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
};

export const text = (
  content: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string | number>> = {},
): string => element("text", { x, y, ...attributes }, escapeMarkup(content));

export const line = (x1: number, y1: number, x2: number, y2: number, className: string): string =>
  element("line", { x1, y1, x2, y2, class: className });

/** A whole drawing, described for those who cannot see it. */
export const drawing = (width: number, height: number, title: string, ...parts: readonly string[]): string =>
  element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": title,
    },
    ...parts,
  );

export const escapeMarkup = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const round = (value: number): number => Math.round(value * 10) / 10;
