import { expect, test } from "vitest";
import { createRenderer } from "../../../../src/cli/render/create-renderer.ts";
import { TerminalRenderer } from "../../../../src/cli/render/terminal-renderer.ts";
import { log, memoryOutput, started } from "../support.ts";

const isLive = async (isTTY: boolean, environment: Record<string, string>, json = false): Promise<boolean> =>
  (await createRenderer(memoryOutput({ isTTY }).out, { json, environment })) instanceof TerminalRenderer;

test("there is a live table at a terminal only, not in CI, not without a cursor, not for JSON", async () => {
  expect(await isLive(true, {})).toBe(true);
  expect(await isLive(true, { CI: "false" })).toBe(true);
  expect(await isLive(false, {})).toBe(false);
  expect(await isLive(true, { CI: "true" })).toBe(false);
  expect(await isLive(true, { TERM: "dumb" })).toBe(false);
  expect(await isLive(true, {}, true)).toBe(false);
});

test("JSON is each event as it is, one a line, and nothing else", async () => {
  const { out, stream } = memoryOutput();
  const renderer = await createRenderer(out, { json: true, environment: {} });
  const events = [started(["a"]), log("a", "two\nlines")];
  for (const event of events) await renderer.sink(event);
  await renderer.close();
  const lines = stream.text.trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual(events);
});
