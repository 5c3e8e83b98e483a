import type Dockerode from "dockerode";
import { beforeAll, describe, expect, it } from "vitest";
import { openConnection } from "../../../src/docker/dockerode-client.ts";
import { ImageBuildError } from "../../../src/docker/image-build-error.ts";
import type { BuildOptions, BuildRequest } from "../../../src/docker/port.ts";
import { BUSYBOX_IMAGE, ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { tarOf } from "../../fixtures/tar.ts";
import { engineWithImages, importFile, TEST_LABELS } from "./image-fixture.ts";

type Test = Awaited<ReturnType<typeof engineWithImages>>;
type Files = Readonly<Record<string, string>>;

const build = async (
  test: Test,
  files: Files,
  options: BuildOptions = {},
  more: Partial<BuildRequest> = {},
) => {
  const request = {
    context: tarOf(files),
    dockerfile: "Dockerfile",
    tag: test.name(),
    labels: TEST_LABELS,
  };
  return test.images.build({ ...request, ...more }, options);
};

const buildFailure = async (...given: Parameters<typeof build>): Promise<ImageBuildError> => {
  const [result] = await Promise.allSettled([build(...given)]);
  if (result.status === "rejected" && result.reason instanceof ImageBuildError) return result.reason;
  throw new Error("no ImageBuildError", { cause: result });
};

describe("build", () => {
  it("puts a layer of files on an image that runs nothing", async () => {
    await using test = await engineWithImages();
    const parent = test.name();
    const { layers } = await importFile(test.engine, parent);
    const lines: string[] = [];
    const files = { "deep/Dockerfile": `FROM ${parent}\nCOPY code /code\n`, code: "let it be" };
    const onOutput = (line: string) => lines.push(line);
    const image = await build(test, files, { onOutput }, { dockerfile: "deep/Dockerfile" });
    expect(image.layers.slice(0, -1)).toEqual(layers);
    expect(image.labels).toMatchObject(TEST_LABELS);
    expect(image.tags).toHaveLength(1);
    expect(lines[0]).toBe(`Step 1/3 : FROM ${parent}`);
    expect(lines.at(-1)).toContain("Successfully tagged");
  });

  it("names the COPY that found no file", async () => {
    await using test = await engineWithImages();
    const parent = test.name();
    await importFile(test.engine, parent);
    const error = await buildFailure(test, { Dockerfile: `FROM ${parent}\nCOPY gone /x\n` });
    expect(error).toMatchObject({
      code: "build_failed",
      instruction: "COPY gone /x",
      step: 2,
      exitCode: undefined,
    });
    expect(error.message).toContain("COPY gone /x");
    expect(error.message).toMatch(/stat gone|not found/);
  });

  it("names the parent that cannot be had, and what to look at", async () => {
    await using test = await engineWithImages();
    const error = await buildFailure(test, { Dockerfile: "FROM localhost:1/stepdock-test/none:1\n" });
    expect(error.instruction).toBe("FROM localhost:1/stepdock-test/none:1");
    expect(error.message).toContain("parent image is not in the engine and cannot be pulled");
  });

  it.each([
    ["a Dockerfile with a mistake", { Dockerfile: "FROM scratch\nFOO x\n" }, /unknown instruction: FOO/],
    ["a context without the Dockerfile", { other: "" }, /Dockerfile/],
  ])("rejects %s before any instruction", async (_case, files, words) => {
    await using test = await engineWithImages();
    const error = await buildFailure(test, files as Files);
    expect(error).toMatchObject({ instruction: undefined, step: 0 });
    expect(error.message).toMatch(words);
  });

  it("does nothing once the signal was aborted", async () => {
    await using test = await engineWithImages();
    const aborted = build(test, { Dockerfile: "FROM scratch\n" }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("build of RUN instructions", () => {
  beforeAll(async () => {
    await using test = await engineWithImages();
    using connection = openConnection({ source: "test", url: test.engine.endpoint, explicit: true });
    await ensureBusyboxImage(connection.docker);
  });

  it("passes arguments on and gives their output in whole lines, in order", async () => {
    await using test = await engineWithImages();
    const lines: string[] = [];
    const run =
      "RUN printf 'Größe '; echo $WHAT; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
    const Dockerfile = `FROM ${BUSYBOX_IMAGE}\nARG WHAT\n${run}\n`;
    const request = { buildArgs: { WHAT: "XL" }, noCache: true, networkMode: "none" };
    await build(test, { Dockerfile }, { onOutput: (line) => lines.push(line) }, request);
    expect(lines).toContain("Größe XL");
    expect(lines.filter((line) => /^line \d+$/.test(line))).toEqual(
      Array.from({ length: 2000 }, (_, index) => `line ${index}`),
    );
  });

  it("names the RUN that failed, with its output and its exit code", async () => {
    await using test = await engineWithImages();
    const Dockerfile = `FROM ${BUSYBOX_IMAGE}\n${test.markInstruction}\nRUN echo trying; \\\n  echo sad >&2; exit 7\n`;
    const error = await buildFailure(test, { Dockerfile });
    expect(error).toMatchObject({ step: 3, exitCode: 7 });
    expect(error.instruction).toMatch(/^RUN echo trying; +echo sad >&2; exit 7$/);
    expect(error.output.toSorted()).toEqual(["sad", "trying"]);
    expect(error.message).toContain("  | sad");
  });

  it("ends at its signal, and the engine stops the instruction and removes its container", async () => {
    await using test = await engineWithImages();
    using connection = openConnection({ source: "test", url: test.engine.endpoint, explicit: true });
    const aborter = new AbortController();
    const mark = `mark-${process.pid}-${Date.now()}`;
    const onOutput = (line: string) => line === mark && aborter.abort();
    const Dockerfile = `FROM ${BUSYBOX_IMAGE}\n${test.markInstruction} mark=${mark}\nRUN echo ${mark}; sleep 600\n`;
    const work = build(test, { Dockerfile }, { onOutput, signal: aborter.signal }, { noCache: true });
    await expect(work).rejects.toMatchObject({ code: "interrupted" });
    await expect.poll(() => containersWith(connection.docker, mark), { timeout: 100_000 }).toBe(0);
  });
});

const containersWith = async (docker: Dockerode, mark: string): Promise<number> => {
  const filters = { label: [`mark=${mark}`] };
  return (await docker.listContainers({ all: true, filters })).length;
};
