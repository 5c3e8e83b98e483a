import { beforeAll, describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { EngineUnavailableError } from "../../../src/docker/engine-unavailable-error.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { docker } from "../docker/container-support.ts";
import { echoed, failureOf, numberedLines } from "./engine-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

describe("an engine behind TCP", () => {
  it("tells about itself what it tells at its socket", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using engine = await connectEngine({ environment: { DOCKER_HOST: proxy.url } });
    expect(engine.endpoint).toBe(proxy.url);
    expect(await engine.info()).toEqual({ ...(await direct.info()), endpoint: proxy.url });
  });

  it("runs a container whose input and output arrive whole", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using engine = await connectEngine({ environment: { DOCKER_HOST: proxy.url } });
    const lines = numberedLines(50_000);
    expect(await echoed(engine, lines)).toBe(`${lines}exit 0`);
  });

  it("is missed at once where nobody listens any more, and no other engine is taken", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using _before = await connectEngine({ environment: { DOCKER_HOST: proxy.url } });
    await proxy.kill();
    const error = await failureOf(connectEngine({ environment: { DOCKER_HOST: proxy.url } }));
    expect(error).toBeInstanceOf(EngineUnavailableError);
    expect(error).toMatchObject({ tried: [{ source: "DOCKER_HOST", endpoint: proxy.url }] });
    expect(error.message.split("\n")).toEqual([
      "The container engine is not running. Tried:",
      `  DOCKER_HOST (${proxy.url}): nothing listens there`,
      "Start that engine, or name another: DOCKER_HOST excludes all others.",
    ]);
  });

  it("is given up, over TCP and TLS alike, where it accepts connections and never answers", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct, { mute: true });
    const plain = { DOCKER_HOST: proxy.url };
    const secure = { DOCKER_HOST: proxy.url, DOCKER_TLS_VERIFY: "1" };
    const attempts = [plain, secure].map((environment) => failureOf(connectEngine({ environment })));
    for (const error of await Promise.all(attempts)) {
      expect(error).toBeInstanceOf(EngineUnavailableError);
      expect(error.message).toContain("The container engine does not answer.");
      expect(error.message).toContain(`DOCKER_HOST (${proxy.url}): no answer within 5 seconds`);
    }
  });
});
