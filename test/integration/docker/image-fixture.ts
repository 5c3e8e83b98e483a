import { randomUUID } from "node:crypto";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerEngine, ImageRecord } from "../../../src/docker/port.ts";
import { tarOf } from "../../fixtures/tar.ts";

/** On every image made by these tests. */
export const TEST_LABELS = { "dev.stepdock.test": "docker-images" };

const MARK = "dev.stepdock.test-mark";

/** The engine, with names for images that are removed at the end of the test. */
export const engineWithImages = async () => {
  const engine = await connectEngine();
  const names: string[] = [];
  const mark = `${process.pid}-${randomUUID()}`;
  return {
    engine,
    /** For the Dockerfile of a build that fails: marks what it leaves behind, to be removed at the end. */
    markInstruction: `LABEL ${MARK}=${mark}`,
    images: engine.images,
    /** A name of its own for an image, which need not come to exist. */
    name: (): string => remember(names, `stepdock-test/images:${process.pid}-${names.length}-${Date.now()}`),
    keepTrackOf: (reference: string): string => remember(names, reference),
    [Symbol.asyncDispose]: async () => {
      const left = await engine.images.list({ [MARK]: mark });
      for (const name of [...names, ...left.map(({ id }) => id)]) await engine.images.remove(name);
      await engine[Symbol.asyncDispose]();
    },
  };
};

const remember = (names: string[], name: string): string => {
  names.push(name);
  return name;
};

/** An image of one file and nothing that runs: needs no registry and no program. */
export const importFile = async (
  engine: ContainerEngine,
  tag: string,
  changes: readonly string[] = [],
): Promise<ImageRecord> =>
  engine.images.import(tarOf({ hello: "world" }), tag, [...changes, "LABEL dev.stepdock.test=docker-images"]);
