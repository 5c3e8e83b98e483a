import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { runJson, stepdock } from "../../fixtures/cli.ts";
import { createProject } from "../../fixtures/project.ts";
import { IMPORTS, stepRunsOf } from "./pipeline-support.ts";
import { oncePrinted } from "./rendezvous.ts";

const PIPELINE = `${IMPORTS}
import { setTimeout } from "node:timers/promises";
export const make = step({ name: "make", output: z.string(), run: () => "made" });
export const hold = step({ name: "hold", inputs: { text: z.string() }, output: z.string(),
  run: async ({ text }, { attempt }) => {
    if (attempt === 1) {
      console.log("holding");
      await setTimeout(3_600_000);
    }
    return text + " at attempt " + attempt;
  } });
export const held = pipeline({ name: "held", define: () => ({ text: hold({ text: make() }) }) });
`;

test("a run of local_package whose orchestrator is killed is resumed: what had ended counts, all else is run again", async () => {
  await using project = await createProject({ "pipeline.ts": PIPELINE });
  const { events, signal } = await runJson(["pipeline.ts", "--stack", "local_package"], {
    cwd: project.directory,
    onSpawn: oncePrinted(
      (said) => said.includes('"text":"holding"'),
      (child) => child.kill("SIGKILL"),
    ),
  });
  expect(signal).toBe("SIGKILL");
  const id = events.flatMap((event) => (event.event === "run_started" ? event.runId : []))[0] ?? "";
  const resumed = await stepdock(["resume", id], { cwd: project.directory });
  expect(resumed, resumed.stderr).toMatchObject({ status: 0 });
  const { make, hold } = await stepRunsOf(project, { id } as never);
  expect(make).toMatchObject({ status: "completed", attempt: 1 });
  expect(hold).toMatchObject({ status: "completed", attempt: 2 });
  const { stdout } = await stepdock(["artifact", id, "hold.output"], { cwd: project.directory });
  expect(stdout).toContain("made at attempt 2");
  // Nothing of the installed package is kept.
  expect(existsSync(project.path(`.stepdock/runs/${id}/.package`))).toBe(false);
});
