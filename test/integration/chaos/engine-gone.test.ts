import { expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { crashProject, RESULT } from "./support.ts";

const NO_ENGINE = "unix:///nonexistent/docker.sock";

test("an engine that goes away interrupts a run; the message says how to go on, and resume does, with what ran on", async () => {
  await using project = await crashProject();
  await using engine = await connectEngine();
  await using proxy = await startEngineProxy(engine);
  const args = ["run", "pipeline.ts", "plain", "--no-cache"];
  const env = { DOCKER_HOST: proxy.url };
  const ran = await project.whileHeld(args, () => project.parked().then(() => proxy.kill()), env);
  const { id, status } = await project.run();
  expect(ran.status, ran.stderr).toBe(3);
  expect(ran.stderr).toContain("see with `docker info` whether it runs");
  expect(ran.stderr).toContain(`When the engine is back, \`stepdock resume ${id}\` goes on with it.`);
  expect(status).toBe("running");
  expect((await project.stepdock("show", id)).stdout).toContain("interrupted");

  const tooEarly = await project.stepdockWith({ DOCKER_HOST: NO_ENGINE }, "resume", id);
  expect(tooEarly.status, tooEarly.stderr).toBe(3);
  expect(tooEarly.stderr).toContain(`\`stepdock resume ${id}\` goes on with it.`);

  await project.letGo();
  const resumed = await project.stepdock("resume", id);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(await project.only("hold")).toMatchObject({ status: "completed", attempt: 1 });
  expect(await project.result()).toBe(RESULT);
  expect(await project.containers()).toEqual([]);
});
