import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerEngine } from "../../../src/docker/port.ts";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import { BaseImageError } from "../../../src/image-builder/base-image-error.ts";
import { type AssemblyHost, thisHost } from "../../../src/image-builder/base-image-host.ts";
import { countingEngine } from "../../fixtures/counting-engine.ts";
import { printed } from "./builder-fixture.ts";

/** `.invalid` is reserved: no name server knows it. */
const UNREACHABLE = "registry.invalid/stepdock/none:1";

let engine: ContainerEngine;
beforeAll(async () => {
  engine = await connectEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** A host of which the engine has no image yet: the version is part of the tag. */
const freshHost = (): AssemblyHost => ({
  ...thisHost(),
  nodeVersion: `0.0.0-test-${randomBytes(4).toString("hex")}`,
});

const assemble = async (host: AssemblyHost) => {
  const lines: string[] = [];
  const onOutput = (line: string) => void lines.push(line);
  const { reference, assembled } = await ensureBaseImage(engine, { preferred: UNREACHABLE, host, onOutput });
  return {
    ...{ reference, assembled, lines },
    [Symbol.asyncDispose]: async () => {
      for (const tag of (await engine.images.inspect(reference))?.tags ?? []) await engine.images.remove(tag);
    },
  };
};

describe.skipIf(process.platform !== "linux")("without a registry", () => {
  test("a base image is assembled, said in one line, and used again in silence", async () => {
    const host = freshHost();
    await using first = await assemble(host);
    expect(first.assembled).toBe(true);
    expect(first.reference).toMatch(new RegExp(`^stepdock/base:node-${host.nodeVersion}-[0-9a-f]{12}$`));
    expect(first.lines).toEqual([
      `no registry can be reached: assembled ${first.reference} from this machine's Node v${host.nodeVersion}`,
    ]);
    expect(await engine.images.inspect(first.reference)).toMatchObject({
      labels: { "dev.stepdock.base": "1" },
      config: { command: ["node"], entrypoint: [] },
    });
    const again = await assemble(host);
    expect(again).toMatchObject({ reference: first.reference, assembled: true, lines: [] });
  });

  test("it is found again by one request, and anew once its own tag was removed", async () => {
    const host = freshHost();
    await using first = await assemble(host);
    await using counted = await countingEngine(engine);
    const again = await ensureBaseImage(counted.engine, { preferred: UNREACHABLE, host });
    expect(again.reference).toBe(first.reference);
    expect(counted.taken().sort()).toEqual([
      expect.stringMatching(/^GET .*registry\.invalid.*\/json$/),
      expect.stringMatching(/^GET .*\/stepdock\/base:here-[0-9a-f]{24}\/json$/),
    ]);
    await engine.images.remove(first.reference);
    expect((await assemble(host)).reference).toBe(first.reference);
  });

  test("in it, Node and a shell run as a step does: any uid, no network, no capability", async () => {
    await using base = await assemble(freshHost());
    const node = ["node", "-p", "[process.version, process.getuid()].join()"];
    expect(await printed({ engine }, base.reference, node)).toBe(`${process.version},4321 (0)`);
    const shell = "cd /tmp && echo one > f && cat f && ls -d /home/node && stat -c %a /tmp";
    expect(await printed({ engine }, base.reference, ["sh", "-c", shell])).toBe("one\n/home/node\n1777 (0)");
  });

  test("names are resolved and Node finds the user's home as in any image", async () => {
    await using base = await assemble(freshHost());
    const script = `require("dns").lookup("localhost", (e, a) => console.log(e ?? a, os.userInfo().homedir))`;
    const told = await printed({ engine }, base.reference, ["node", "-e", script], "1000:1000");
    expect(told).toMatch(/^(127\.0\.0\.1|::1) \/home\/node \(0\)$/);
  });

  test("equal content gives equal layers, whatever the image is called", async () => {
    await using one = await assemble(freshHost());
    await using other = await assemble(freshHost());
    expect(other.reference).not.toBe(one.reference);
    const [first, second] = await Promise.all(
      [one, other].map(({ reference }) => engine.images.inspect(reference)),
    );
    expect(second?.layers).toEqual(first?.layers);
  });

  test("an image that the engine has already is taken as it is", async () => {
    await using base = await assemble(freshHost());
    const { reference, assembled } = await ensureBaseImage(engine, { preferred: base.reference });
    expect({ reference, assembled }).toEqual({ reference: base.reference, assembled: false });
  });

  test("without busybox the error says what to install", async () => {
    const failure = ensureBaseImage(engine, {
      preferred: UNREACHABLE,
      host: { ...thisHost(), searchPath: [] },
    });
    await expect(failure).rejects.toThrow(BaseImageError);
    await expect(failure).rejects.toThrow(/there is no busybox; install the package busybox-static/);
  });

  test("once the signal is aborted nothing is assembled", async () => {
    const host = freshHost();
    const failure = ensureBaseImage(engine, { preferred: UNREACHABLE, host, signal: AbortSignal.abort() });
    await expect(failure).rejects.toMatchObject({ code: "interrupted" });
    const images = await engine.images.list({ "dev.stepdock.base": "1" });
    expect(images.flatMap(({ tags }) => tags).filter((tag) => tag.includes(host.nodeVersion))).toEqual([]);
  });
});

test("a machine of another kind than the engine's assembles nothing and names a way out", async () => {
  const host: AssemblyHost = { ...thisHost(), platform: "darwin", architecture: "arm64" };
  const failure = ensureBaseImage(engine, { preferred: UNREACHABLE, host });
  await expect(failure).rejects.toMatchObject({ code: "image_not_found", reference: UNREACHABLE });
  await expect(failure).rejects.toThrow(
    /its Node is for darwin\/arm64, the engine runs linux\/.*docker load/,
  );
});
