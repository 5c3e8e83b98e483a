import { expect, test } from "vitest";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import { environmentReference } from "../../../src/image-builder/image-names.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { tarOf } from "../../fixtures/tar.ts";
import { engineWithImages, TEST_LABELS } from "../docker/image-fixture.ts";
import { IMPORTS, outputOf, type Ran, runPipeline, stepRunsOf } from "./pipeline-support.ts";

type Images = Awaited<ReturnType<typeof engineWithImages>>;

const FILES = {
  "pipeline.ts": `${IMPORTS}
export const look = step({ name: "look", output: z.string(), run: () => process.env.COLOUR ?? "none" });
export const praise = step({
  name: "praise",
  inputs: { colour: z.string() },
  output: z.string(),
  run: ({ colour }) => colour + " is nice",
});
export const colours = pipeline({
  name: "colours",
  settings: { docker: { parentImage: "the parent" } },
  define: () => {
    praise.with({ id: "praise_green" })({ colour: "green" });
    return { praise: praise({ colour: look() }) };
  },
});
`,
};
const EVERY_STEP = ["look", "praise", "praise_green"];

/** The base image with more in it, under a name of its own; built past the engine's cache, its id is always new. */
const parentImage = async (images: Images, instruction: string): Promise<string> => {
  const { reference } = await ensureBaseImage(images.engine);
  const tag = images.name();
  const context = tarOf({ Dockerfile: `FROM ${reference}\n${instruction}\n` });
  await images.images.build({ context, dockerfile: "Dockerfile", tag, labels: TEST_LABELS, noCache: true });
  return tag;
};

const runOn = async (images: Images, project: Project, parent: string): Promise<Ran> => {
  await project.write({ "pipeline.ts": FILES["pipeline.ts"].replace("the parent", parent) });
  const ran = await runPipeline(project);
  const { look } = await stepRunsOf(project, ran);
  images.keepTrackOf(environmentReference(look?.keyIngredients.environment ?? ""));
  return ran;
};

test("another parent image runs everything again, the same under another name and id nothing", async () => {
  await using images = await engineWithImages();
  await using project = await createProject(FILES);
  const red = await parentImage(images, "ENV COLOUR=red");
  const redAgain = await parentImage(images, "ENV COLOUR=red");
  const blue = await parentImage(images, "ENV COLOUR=blue");
  const ids = await Promise.all([red, redAgain].map(async (tag) => (await images.images.inspect(tag))?.id));
  expect(ids[0]).not.toBe(ids[1]);

  expect((await runOn(images, project, red)).executed).toEqual(EVERY_STEP);
  expect((await runOn(images, project, redAgain)).executed).toEqual([]);
  const onBlue = await runOn(images, project, blue);
  expect(onBlue.executed).toEqual(EVERY_STEP);
  expect(await outputOf(project, onBlue, "praise")).toBe("blue is nice");
  expect((await runOn(images, project, red)).executed).toEqual([]);
});

test("a parent image with one more layer runs everything again", async () => {
  await using images = await engineWithImages();
  await using project = await createProject(FILES);
  const plain = await parentImage(images, "ENV COLOUR=red");
  const layered = await parentImage(images, "ENV COLOUR=red\nCOPY Dockerfile /extra");
  expect((await runOn(images, project, plain)).executed).toEqual(EVERY_STEP);
  expect((await runOn(images, project, layered)).executed).toEqual(EVERY_STEP);
});
