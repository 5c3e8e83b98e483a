import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-fs";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerEngine, ImageRecord } from "../../../src/docker/port.ts";

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

/** A tar stream of these files, whose directory goes with it. */
export const tarOf = async (files: Readonly<Record<string, string>>): Promise<Readable> => {
  const directory = await mkdtemp(join(tmpdir(), "stepdock-context-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  const stream = Readable.from(pack(directory));
  return stream.on("close", () => void rm(directory, { recursive: true, force: true }));
};

/** An image of one file and nothing that runs: needs no registry and no program. */
export const importFile = async (
  engine: ContainerEngine,
  tag: string,
  changes: readonly string[] = [],
): Promise<ImageRecord> =>
  engine.images.import(await tarOf({ hello: "world" }), tag, [
    ...changes,
    "LABEL dev.stepdock.test=docker-images",
  ]);
