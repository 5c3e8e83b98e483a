import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LOGIN, type RegistryFixture } from "../../fixtures/docker-registry.ts";
import { type MakeRegistry, openRegistryTest, RIGHT } from "./fixture.ts";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

export const describeKeeping = (make: MakeRegistry, at: () => RegistryFixture): void => {
  it("names what was pushed by its digest, which the registry and the engine know", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const name = await test.image();
    expect(await registry.find(name)).toBeUndefined();
    const { reference } = await registry.push(name);
    expect(reference).toMatch(DIGEST);
    expect(reference.startsWith(`${registry.uri}/`)).toBe(true);
    expect(await registry.find(name)).toBe(reference);
    const here = await test.engine.images.inspect(name);
    expect(await test.engine.images.inspect(reference)).toEqual(here);
  });

  it("pushes an image that the engine calls otherwise", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const source = await test.image();
    const name = `stepdock/image:${source.slice("stepdock/step:".length)}`;
    const { reference } = await registry.push(name, { source });
    expect(await registry.find(name)).toBe(reference);
    expect(await registry.find(source)).toBeUndefined();
  });

  it("sends only the layers that the registry lacks", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const lower = await test.image();
    const upper = await test.image(lower);
    expect((await registry.push(lower)).layers).toEqual({ pushed: 1, present: 0 });
    const lines: string[] = [];
    const pushed = await registry.push(upper, { onOutput: (line) => lines.push(line) });
    expect(pushed.layers).toEqual({ pushed: 1, present: 1 });
    expect(lines.filter((line) => line.endsWith(": Layer already exists"))).toHaveLength(1);
    expect(await registry.push(upper)).toEqual({ ...pushed, layers: { pushed: 0, present: 2 } });
  });

  it("gives an image back to an engine that lost it, by its digest and with a name", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const name = await test.image();
    const before = await test.engine.images.inspect(name);
    const { reference } = await registry.push(name);
    await test.removeImages();
    expect(await test.engine.images.inspect(reference)).toBeUndefined();
    const lines: string[] = [];
    expect(await registry.fetch(reference, { name, onOutput: (line) => lines.push(line) })).toBe(before?.id);
    expect(lines.join("\n")).toContain("Pull complete");
    const fetched = await test.engine.images.inspect(reference);
    expect(fetched?.layers).toEqual(before?.layers);
    expect(fetched?.tags).toHaveLength(1);
    const again: string[] = [];
    await registry.fetch(reference, { name, onOutput: (line) => again.push(line) });
    expect(again).toEqual([]);
  });

  it("logs in with the secret that its configuration refers to", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().closed}/team`, ...RIGHT });
    const name = await test.image();
    const { reference } = await registry.push(name);
    await test.removeImages();
    expect(await registry.find(name)).toBe(reference);
    expect(await registry.fetch(reference)).toMatch(/^sha256:/);
  });

  it("logs in as the Docker CLI would: from a credential helper of the registry's, and from its file", async () => {
    const directory = await mkdtemp(join(tmpdir(), "stepdock-login-"));
    await using _gone = { [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
    const { username: Username, password: Secret } = LOGIN;
    const helper = join(directory, "docker-credential-stepdocktest");
    await writeFile(helper, `#!/bin/sh\necho '${JSON.stringify({ Username, Secret })}'\n`);
    await chmod(helper, 0o755);
    const auth = Buffer.from(`${Username}:${Secret}`).toString("base64");
    for (const config of [
      { credHelpers: { [at().closed]: "stepdocktest" }, auths: { [at().closed]: { auth: "eDp5" } } },
      { auths: { [at().closed]: { auth } } },
    ]) {
      await writeFile(join(directory, "config.json"), JSON.stringify(config));
      const PATH = `${directory}:${process.env.PATH}`;
      await using test = await openRegistryTest(make, { DOCKER_CONFIG: directory, PATH });
      const registry = test.registry({ uri: `${at().closed}/team` });
      const name = await test.image();
      expect(await registry.find(name)).toBeUndefined();
      expect((await registry.push(name)).reference).toMatch(DIGEST);
    }
  });

  it("ends at a signal", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const name = await test.image();
    const progress = { signal: AbortSignal.abort() };
    await expect(registry.find(name, progress)).rejects.toMatchObject({ code: "interrupted" });
    await expect(registry.push(name, progress)).rejects.toMatchObject({ code: "interrupted" });
    expect(await test.names()).toEqual([name]);
  });
};
