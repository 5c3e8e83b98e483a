import { describe, expect, test } from "vitest";
import { canStartEngine, startPrivateEngine } from "./private-engine.ts";
import { crashProject, RESULT } from "./support.ts";

describe.skipIf(!canStartEngine)("an engine that stops answering in the middle of a run", () => {
  test("interrupts the run once patience is at its end, and resume goes on with the container that ran on", async () => {
    await using project = await crashProject();
    await using engine = await startPrivateEngine();
    const env = { DOCKER_HOST: engine.host };
    const args = ["run", "pipeline.ts", "plain", "--no-cache"];
    const impatient = { ...env, STEPDOCK_ENGINE_PATIENCE: "12" };
    const ran = await project.whileHeld(args, () => engine.freeze(), impatient);
    const { id } = await project.run();
    expect(ran.status, ran.stderr).toBe(3);
    expect(ran.stderr).toContain("The engine went away: see with `docker info` whether it runs");
    expect(ran.stderr).toContain(`When the engine is back, \`stepdock resume ${id}\` goes on with it.`);
    expect((await project.stepdock("show", id)).stdout).toContain("interrupted");
    engine.thaw();
    await project.letGo();
    const resumed = await project.stepdockWith(env, "resume", id);
    expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0);
    expect(await project.only("hold")).toMatchObject({ status: "completed", attempt: 1 });
    expect(await project.result()).toBe(RESULT);
  });
});
