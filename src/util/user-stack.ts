import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("..", import.meta.url));
const FRAME = /^\s+at /;

/**
 * What was thrown while the host ran code of the user's, with the frames of that code alone: Node's loader and stepdock
 * itself would only hide them.
 */
export const userStack = (thrown: unknown, mapStack: (stack: string) => string): string => {
  if (!(thrown instanceof Error)) return `${typeof thrown} ${String(thrown)}`;
  const lines = mapStack(thrown.stack ?? "").split("\n");
  const frames = lines.filter((line) => FRAME.test(line) && !isHouse(line));
  // What called the user's outermost code is ours, too, though it may be a package.
  const last = frames.findLastIndex((frame) => !frame.includes("/node_modules/"));
  return [`${thrown.name}: ${thrown.message}`, ...frames.slice(0, last + 1)].join("\n");
};

const isHouse = (frame: string): boolean =>
  frame.includes("node:internal/") || frame.includes(OURS) || frame.includes("/node_modules/stepdock/");
