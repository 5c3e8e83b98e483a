import { describe, expect, test } from "vitest";
import { canStartEngine, startPrivateEngine } from "./private-engine.ts";
import { crashProject, RESULT } from "./support.ts";

describe.skipIf(!canStartEngine)("an engine that is restarted in the middle of a run", () => {
  test("and was killed interrupts the run, which resume then brings to its end", async () => {
    await using project = await crashProject();
    await using engine = await startPrivateEngine();
    const env = { DOCKER_HOST: engine.host };
    const args = ["run", "pipeline.ts", "plain", "--no-cache"];
    const ran = await project.whileHeld(args, () => engine.end("SIGKILL"), env);
    const { id } = await project.run();
    expect(ran.status, ran.stderr).toBe(3);
    expect(ran.stderr).toContain(`When the engine is back, \`stepdock resume ${id}\` goes on with it.`);
    await engine.start();
    await project.letGo();
    const resumed = await project.stepdockWith(env, "resume", id);
    expect(resumed.status, resumed.stderr + resumed.stdout).toBe(0);
    expect(await project.run()).toMatchObject({ id, status: "completed" });
    expect(await project.result()).toBe(RESULT);
  });

  test("and was asked to end fails the step that it ended, says so, and keeps what was completed", async () => {
    await using project = await crashProject();
    await using engine = await startPrivateEngine();
    const env = { DOCKER_HOST: engine.host };
    const args = ["run", "pipeline.ts", "plain", "--no-cache"];
    const ran = await project.whileHeld(args, () => engine.end("SIGTERM"), env);
    expect(ran.status, ran.stderr).toBe(1);
    expect(await project.run()).toMatchObject({ status: "failed" });
    expect(await project.only("make")).toMatchObject({ status: "completed" });
    const { status, failure } = await project.only("hold");
    expect({ status, kind: failure?.kind, retryable: failure?.retryable }).toEqual({
      ...{ status: "failed", kind: "signal", retryable: true },
    });
    expect(failure?.message).toMatch(/though not by stepdock: .* or its engine ended\. Run again\.$/);
    expect(await project.only("use")).toMatchObject({ status: "skipped" });
  });
});
