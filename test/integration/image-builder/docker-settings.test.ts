import { chmod, mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import type { DockerSettings } from "../../../src/model/index.ts";
import { type BuilderTest, builderTest, bundles, printed } from "./builder-fixture.ts";

let it: BuilderTest;
let base: string;
beforeAll(async () => {
  it = await builderTest();
  base = (await ensureBaseImage(it.engine)).reference;
  await mkdir(join(it.folder, "context/sub"), { recursive: true });
  await write(
    "Dockerfile",
    `FROM ${base} AS tools\nARG WHO\nRUN echo "made for $WHO" > /made\nCOPY . /context\nFROM tools AS more\n`,
  );
  await write("context/kept.txt", "kept");
  await write("context/left-out.log", "left out");
  await write("context/.dockerignore", "*.log");
  await write("context/sub/run.sh", "#!/bin/sh\necho ran");
  await chmod(join(it.folder, "context/sub/run.sh"), 0o755);
  await write("data.csv", "a,b");
});
afterAll(() => it[Symbol.asyncDispose]());

const write = (path: string, text: string) => writeFile(join(it.folder, path), text);
const plan = (settings: DockerSettings) => it.builder().planEnvironment(settings, []);

const SETTINGS: DockerSettings = {
  dockerfile: "Dockerfile",
  buildContextRoot: "context",
  buildOptions: { args: { WHO: "a test" }, target: "tools" },
  copyFiles: { "/data/in.csv": "data.csv", "/data/all": "context" },
};

/** The names of the ingredients that differ, after a change and its undoing. */
const changedBy = async (change: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<string[]> => {
  const before = await plan(SETTINGS);
  await change();
  const after = await plan(SETTINGS);
  await undo();
  expect((await plan(SETTINGS)).key).toBe(before.key);
  const names = new Set([...Object.keys(before.ingredients), ...Object.keys(after.ingredients)]);
  const changed = [...names].filter((name) => before.ingredients[name] !== after.ingredients[name]);
  expect(after.key !== before.key).toBe(changed.length > 0);
  return changed.sort();
};

test("an image is made of the Dockerfile, with its context and arguments, and of the files that are copied", async () => {
  const builder = it.builder();
  const planned = await builder.planEnvironment(SETTINGS, []);
  expect(await it.engine.images.inspect(planned.parentImage)).toBeUndefined();
  const { image } = await builder.ensureImage(planned, bundles({ a: "1;" }), it.progress);
  const code = `const fs = require("fs"); const read = (path) => { try { return fs.readFileSync(path, "utf8").trim(); } catch (e) { return e.code; } };
    process.stdout.write(JSON.stringify([...["/made", "/context/kept.txt", "/context/left-out.log", "/data/in.csv", "/data/all/kept.txt"].map(read), (fs.statSync("/context/sub/run.sh").mode & 0o777).toString(8)]))`;
  const output = await printed(it, image.reference, ["node", "-e", code]);
  expect(output).toBe('["made for a test","kept","ENOENT","a,b","kept","755"] (0)');
});

describe("the key", () => {
  test.each<[string, string, string, string[]]>([
    ["the Dockerfile", "Dockerfile", "FROM scratch", ["dockerfile"]],
    ["a file of the context", "context/kept.txt", "changed", ["build context", "file /data/all"]],
    ["a copied file", "data.csv", "c,d", ["file /data/in.csv"]],
  ])("changes with %s, and the plan names it", async (_, path, text, expected) => {
    const before = await readFile(join(it.folder, path), "utf8");
    expect(
      await changedBy(
        () => write(path, text),
        () => write(path, before),
      ),
    ).toEqual(expected);
  });

  test("changes with a name in the context, and with the right to execute", async () => {
    const script = join(it.folder, "context/sub/run.sh");
    expect(
      await changedBy(
        () => chmod(script, 0o644),
        () => chmod(script, 0o755),
      ),
    ).toEqual(["build context", "file /data/all"]);
  });

  test("does not change with times, what is left out of the context, or a workspace", async () => {
    const kept = join(it.folder, "context/kept.txt");
    const { key } = await plan({ ...SETTINGS, copyFiles: {} });
    await utimes(kept, 1, 1);
    await write("context/more.log", "more");
    await mkdir(join(it.folder, "context/.stepdock"));
    await write("context/.stepdock/stepdock.db", "x");
    expect((await plan({ ...SETTINGS, copyFiles: {} })).key).toBe(key);
  });

  test("changes with arguments, target and user, not with how it is built", async () => {
    const { key } = await plan(SETTINGS);
    const keyWith = async (more: DockerSettings) => (await plan({ ...SETTINGS, ...more })).key;
    expect(await keyWith({ buildOptions: { args: { WHO: "b" }, target: "tools" } })).not.toBe(key);
    expect(await keyWith({ buildOptions: { args: { WHO: "a test" } } })).not.toBe(key);
    expect(await keyWith({ user: "node" })).not.toBe(key);
    expect(await keyWith({ preventBuildReuse: true, buildNetwork: "host" })).toBe(key);
  });
});

test.each<[string, string, DockerSettings]>([
  ["a copied file", "data.csv", { copyFiles: { "/late.csv": "data.csv" } }],
  ["a file of the context", "context/kept.txt", { dockerfile: "Dockerfile", buildContextRoot: "context" }],
])(
  "%s that was changed since it was planned is told, and nothing is built of it",
  async (_, path, settings) => {
    const before = await readFile(join(it.folder, path), "utf8");
    const builder = it.builder();
    const planned = await builder.planEnvironment(settings, []);
    await write(path, "other");
    const building = builder.ensureImage(planned, bundles({ late: "3;" }), it.progress);
    await expect(building).rejects.toMatchObject({
      code: "settings_invalid",
      message: expect.stringMatching(/was changed meanwhile.*Run again/),
    });
    await write(path, before);
  },
);

test("with preventBuildReuse each run builds anew, once; without, it finds what there is", async () => {
  const settings: DockerSettings = { parentImage: base, copyFiles: { "/x": "data.csv" } };
  const build = async (more: DockerSettings, builder = it.builder()) => {
    const planned = await builder.planEnvironment({ ...settings, ...more }, []);
    return { builder, ...(await builder.ensureImage(planned, bundles({ b: "2;" }))) };
  };
  const first = await build({});
  expect((await build({})).reused).toBe(true);
  const anew = await build({ preventBuildReuse: true });
  expect(anew).toMatchObject({ reused: false, image: { reference: first.image.reference } });
  expect((await build({ preventBuildReuse: true }, anew.builder)).reused).toBe(true);
});

test("with skipBuild the image is the parent itself", async () => {
  const builder = it.builder();
  const planned = await builder.planEnvironment({ parentImage: base, skipBuild: true }, []);
  expect(builder.imageReference(planned, ["a"])).toBe(base);
  const { image, reused } = await builder.ensureImage(planned, bundles({ a: "1;" }));
  expect([image.reference, reused]).toEqual([base, true]);
});

test.each<[DockerSettings, RegExp]>([
  [{ dockerfile: "none" }, /"settings\.docker\.dockerfile" names none, which cannot be read: ENOENT/],
  [{ dockerfile: "Dockerfile", buildContextRoot: "none" }, /"settings\.docker\.buildContextRoot" names none/],
  [
    { dockerfile: "Dockerfile", buildContextRoot: "context", dockerignore: "none" },
    /dockerignore" names none/,
  ],
  [{ copyFiles: { "/x": "none" } }, /"settings\.docker\.copyFiles" names none/],
  [{ copyFiles: { "/stepdock/x": "data.csv" } }, /copies to \/stepdock\/x, where stepdock keeps/],
  [{ platform: "linux/s390x" }, /is for linux\/.*asks for linux\/s390x/],
])("what cannot be is told with the setting: %j", async (settings, told) => {
  await expect(plan(settings)).rejects.toThrow(told);
});
