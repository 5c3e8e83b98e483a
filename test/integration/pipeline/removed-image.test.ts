import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/model/index.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

import { MEET } from "./rendezvous.ts";
import { docker, leftoversOf, NOTHING, returnedBy, runPipeline } from "./support.ts";

/** `hold` has an image of its own, so that nothing uses that of the others while it runs. */
const PIPELINE = `
import { pipeline, step } from "stepdock";
import * as z from "zod";
${MEET}
export const make = step({ name: "make", output: z.int(), run: () => 20 });
export const hold = step({ name: "hold", settings: { docker: { environment: { HELD: "yes" } } },
  inputs: { n: z.int() }, output: z.int(), run: async ({ n }) => { await meet("hold"); return n + 1; } });
export const use = step({ name: "use", inputs: { n: z.int() }, output: z.int(), run: ({ n }) => n * 2 });
export const main = pipeline({ name: "main", enableCache: false, define: () => {
  const held = hold({ n: make() });
  use.with({ id: "left" })({ n: held });
  use.with({ id: "right" })({ n: held });
} });
`;

const imageOf = (events: readonly RunEvent[], invocation: string): string => {
  const built = events.find(
    (event) => event.event === "build_started" && event.invocations.includes(invocation),
  );
  return built?.event === "build_started" ? built.image : expect.unreachable(`${invocation} has no image`);
};

/** Does this with the events so far as soon as `hold` runs, then lets it go on. */
const whileHeld =
  (project: Project, act: (events: readonly RunEvent[]) => Promise<unknown>) => (child: ChildProcess) => {
    let said = "";
    child.stdout?.on("data", async (chunk: Buffer) => {
      const before = said.includes("hold is here");
      said += chunk.toString();
      if (before || !said.includes("hold is here")) return;
      const lines = said.split("\n").slice(0, -1);
      await act(lines.map((line) => JSON.parse(line) as RunEvent));
      writeFileSync(project.path(".stepdock/stores/go"), "");
    });
  };

const isGone = (image: string): Promise<boolean> =>
  docker
    .getImage(image)
    .inspect()
    .then(
      () => false,
      ({ statusCode }: { statusCode?: number }) => statusCode === 404,
    );

test("an image that somebody removes while the run goes on is built again, once for all who need it", async () => {
  await using project = await createProject({ "pipeline.ts": PIPELINE });
  let removed = "";
  const run = await runPipeline(project, "main", {
    args: ["--max-parallel", "2", "--lookahead", "0"],
    onSpawn: whileHeld(project, async (events) => {
      removed = imageOf(events, "left");
      // The container of `make`, whose outcome is enough for `hold` to begin, may use it for a moment more.
      const remove = () => docker.getImage(removed).remove({ force: true });
      await expect.poll(() => remove().then(() => isGone(removed)), { timeout: 60_000 }).toBe(true);
    }),
  });
  expect(run.status, run.stderr).toBe(0);
  expect(await returnedBy(project, run.step("left"))).toBe(42);
  expect(await returnedBy(project, run.step("right"))).toBe(42);
  const builds = run.events.filter(
    (event) => event.event === "build_finished" && event.image === removed && !event.reused,
  );
  expect(builds).toHaveLength(2);
  expect(run.events).toContainEqual(
    expect.objectContaining({
      event: "warning",
      message: `Image ${removed} was removed by someone else while it was needed; it is built again.`,
    }),
  );
  expect(run.steps.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
