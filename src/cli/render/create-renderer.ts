import type { Output } from "../output.ts";
import { createJsonRenderer } from "./json-renderer.ts";
import { createPlainRenderer } from "./plain-renderer.ts";
import type { RunRenderer } from "./run-renderer.ts";

export interface RendererChoice {
  readonly json: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** JSON where it is asked for, a live table at a terminal, lines everywhere else. */
export const createRenderer = async (out: Output, choice: RendererChoice): Promise<RunRenderer> => {
  if (choice.json) return createJsonRenderer(out);
  if (!isLive(out, choice.environment)) return createPlainRenderer(out);
  const { TerminalRenderer } = await import("./terminal-renderer.ts");
  return new TerminalRenderer(out);
};

/** A terminal that can move its cursor, and a person before it. */
const isLive = ({ isTerminal }: Output, { CI = "", TERM }: RendererChoice["environment"]): boolean =>
  isTerminal && TERM !== "dumb" && (CI === "" || CI === "false" || CI === "0");
