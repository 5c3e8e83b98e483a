import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { ContainerSpec } from "../../../src/docker/port.ts";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import type { RootEntry } from "../../../src/image-builder/base-image-root.ts";
import { buildFrom, textEntry } from "../../../src/image-builder/build-from.ts";
import { createLocalImageBuilder } from "../../../src/image-builder/local-image-builder.ts";
import type { BundleFiles } from "../../../src/stack/image-builder.ts";

const MARK = "dev.stepdock.test-mark";

/**
 * An engine and builders over an entrypoint and for a workspace of this test's own, so that its images are its own:
 * they are removed in the end.
 */
export const builderTest = async () => {
  const engine = await connectEngine();
  const mark = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), "stepdock-builder-test-"));
  const entrypoint = join(folder, "entrypoint.mjs");
  await writeFile(entrypoint, `console.log("entrypoint of", process.argv[2]); // ${mark}\n`);
  const lines: string[] = [];
  const own = [{ [MARK]: mark }, { "dev.stepdock.workspace": mark }];
  const markLine = `LABEL ${MARK}=${mark}`;
  return {
    engine,
    lines,
    folder,
    progress: { onOutput: (line: string) => void lines.push(line) },
    /** The environments that were built, one entry for each build. */
    environmentsBuilt: () =>
      lines.filter((line) => /^(?:Successfully tagged|Loaded image:) stepdock\/environment:/.test(line)),
    builder: (projectRoot = folder) =>
      createLocalImageBuilder({
        engine: async () => engine,
        entrypoint: { path: entrypoint },
        projectRoot,
        workspaceId: mark,
      }),
    /** A parent image: the base image, or `from`, and these instructions and files. */
    parent: async (
      instructions: readonly string[] = [],
      files: readonly RootEntry[] = [],
      from?: string,
    ): Promise<string> => {
      const tag = `stepdock-test/parent:${randomUUID()}`;
      const base = from ?? (await ensureBaseImage(engine)).reference;
      const dockerfile = [`FROM ${base}`, markLine, ...instructions, ""].join("\n");
      await buildFrom(engine, { tag, dockerfile, entries: files }, {});
      return tag;
    },
    workspaceId: mark,
    /** On an image, these have it removed in the end, with what is built from it. */
    markLabels: { [MARK]: mark },
    [Symbol.asyncDispose]: async () => {
      const left = () => Promise.all(own.map((labels) => engine.images.list(labels)));
      for (const { tags } of (await left()).flat()) {
        for (const tag of tags) await engine.images.remove(tag);
      }
      for (const { id } of (await left()).flat()) await engine.images.remove(id);
      await rm(folder, { recursive: true, force: true });
      await engine[Symbol.asyncDispose]();
    },
  };
};

export type BuilderTest = Awaited<ReturnType<typeof builderTest>>;

/** Bundles by their hash, which for a test may be any name. */
export const bundles = (code: Readonly<Record<string, string>>): BundleFiles =>
  new Map(Object.entries(code).map(([hash, text]) => [hash, { code: text }]));

export const script = (path: string, text: string): RootEntry => textEntry(path, text, 0o755);

/** What a command prints in a container such as a step has, under a uid that the image does not know, or `user`. */
export const printed = async (
  { engine }: Pick<BuilderTest, "engine">,
  image: string,
  command: readonly string[],
  user = "4321:4321",
): Promise<string> => {
  const spec: ContainerSpec = {
    ...{ image, command, environment: {}, labels: { "dev.stepdock.test": "1" }, mounts: [] },
    ...{ user, network: "none", readOnlyRoot: true, init: true, stdin: false },
    tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777" },
    ...{ capabilitiesDropped: ["ALL"], noNewPrivileges: true },
  };
  const chunks: Buffer[] = [];
  await using created = await engine.containers.create(spec, {
    write: (_, chunk) => void chunks.push(Buffer.from(chunk)),
  });
  const { exitCode } = await (await created.start()).ended;
  return `${Buffer.concat(chunks).toString().trim()} (${exitCode})`;
};
