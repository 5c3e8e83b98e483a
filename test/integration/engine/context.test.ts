import { describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { makeCertificates } from "../../fixtures/engine-proxy-certificates.ts";
import { dockerConfigDirectory } from "./engine-support.ts";

/** Where the engine is found; it has answered there. */
const found = async (environment: Readonly<Record<string, string>>): Promise<string> => {
  await using engine = await connectEngine({ environment });
  await engine.info();
  return engine.endpoint;
};

describe("a Docker context that names an engine behind TCP", () => {
  it("is followed where it is the current one; DOCKER_CONTEXT beats it, and DOCKER_HOST beats both", async () => {
    await using direct = await connectEngine();
    await using first = await startEngineProxy(direct);
    await using second = await startEngineProxy(direct);
    await using third = await startEngineProxy(direct);
    const contexts = { first: { host: first.url }, second: { host: second.url } };
    await using config = await dockerConfigDirectory(contexts, "first");
    const environment = { DOCKER_CONFIG: config.path };
    expect(await found(environment)).toBe(first.url);
    expect(await found({ ...environment, DOCKER_CONTEXT: "second" })).toBe(second.url);
    expect(await found({ ...environment, DOCKER_CONTEXT: "second", DOCKER_HOST: third.url })).toBe(third.url);
  });

  it("is no longer asked, nor is any other engine, once it is gone", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using config = await dockerConfigDirectory({ remote: { host: proxy.url } }, "remote");
    const environment = { DOCKER_CONFIG: config.path };
    expect(await found(environment)).toBe(proxy.url);
    await proxy.kill();
    await expect(connectEngine({ environment })).rejects.toMatchObject({
      code: "engine_unavailable",
      tried: [{ source: 'Docker context "remote"', endpoint: proxy.url }],
    });
  });

  it("brings the certificates of an engine that speaks TLS", async () => {
    await using direct = await connectEngine();
    await using certificates = await makeCertificates();
    await using proxy = await startEngineProxy(direct, { certificates });
    const remote = { host: proxy.url, certificates: certificates.client };
    await using config = await dockerConfigDirectory({ remote }, "remote");
    expect(await found({ DOCKER_CONFIG: config.path })).toBe(proxy.url);
  });
});
