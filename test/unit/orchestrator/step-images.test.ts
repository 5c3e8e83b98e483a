import { expect, test } from "vitest";
import type { BuiltImage, Invocation, PipelineSnapshot } from "../../../src/model/index.ts";
import { StepImages } from "../../../src/orchestrator/containerized/step-images.ts";
import type { EnvironmentPlan, ImageBuilder } from "../../../src/stack/image-builder.ts";

const invocation = (id: string, parentImage: string): Invocation => ({
  ...{
    id,
    stepName: id,
    source: `s.ts#${id}`,
    codeHash: `hash-${id}`,
    upstreams: [],
    inputs: {},
    outputs: {},
  },
  ...{ environment: {}, settings: { docker: { parentImage } }, externals: [] },
});

const A = invocation("a", "one");
const B = invocation("b", "two");
const C = invocation("c", "one");

/** Builds when it is told to; the order is what a real engine cannot be made to show. */
const openBench = (more: Readonly<Record<string, Invocation>> = {}) => {
  const asked: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const builder: ImageBuilder = {
    planEnvironment: async (settings) => {
      const key = settings.parentImage ?? "";
      return { key, parentImage: key, ingredients: {}, settings } satisfies EnvironmentPlan;
    },
    planContainer: async ({ image = "built" }) => ({
      ...{ key: image, parentImage: image, ingredients: { image }, settings: {}, container: { image } },
    }),
    imageReference: ({ key }) => `image:${key}`,
    ensureImage: async ({ key, parentImage }) => {
      asked.push(key);
      const gate = Promise.withResolvers<void>();
      gates.set(key, gate);
      await gate.promise;
      const image: BuiltImage = { reference: `image:${key}`, imageId: "i", environmentKey: key, parentImage };
      return { image, reused: false };
    },
  };
  const snapshot = { invocations: { a: A, b: B, c: C, ...more } } as unknown as PipelineSnapshot;
  const options = { builder, snapshot, bundles: new Map(), emit: () => {} };
  const gateOf = (key: string) => gates.get(key) ?? expect.unreachable(`${key} is not being built`);
  const built = async (count: number) => {
    while (asked.length < count) await new Promise(setImmediate);
  };
  return { images: new StepImages(options), asked, gateOf, built };
};

const { signal } = new AbortController();

test("images that are begun together are built at the same time, each once, and those who ask get them", async () => {
  const { images, asked, gateOf, built } = openBench();
  await images.begin([A, B, C], signal);
  await built(2);
  expect(asked.sort()).toEqual(["one", "two"]);
  gateOf("two").resolve();
  expect((await images.imageOf(B, signal)).reference).toBe("image:two");
  gateOf("one").resolve();
  expect(await images.imageOf(C, signal)).toBe(await images.imageOf(A, signal));
  expect(asked).toHaveLength(2);
});

test("an image that cannot be built fails those who ask for it, and nobody else", async () => {
  const { images, gateOf, built } = openBench();
  await images.begin([A, B], signal);
  await built(2);
  gateOf("one").reject(new Error("no such parent"));
  gateOf("two").resolve();
  expect((await images.imageOf(B, signal)).reference).toBe("image:two");
  await expect(images.imageOf(A, signal)).rejects.toThrow("no such parent");
  await expect(images.imageOf(C, signal)).rejects.toThrow("no such parent");
});

test("container steps of one image share it, whatever else they differ in, and no step of ours is in it", async () => {
  const command = (id: string, image: string): Invocation => ({
    ...invocation(id, "ignored"),
    container: { image, entrypoint: [id], workdir: `/${id}` },
  });
  const more = { d: command("d", "python"), e: command("e", "python"), f: command("f", "ruby") };
  const { images } = openBench(more);
  const groups = images.groups.map(({ invocations }) => invocations.map(({ id }) => id));
  expect(groups).toEqual([["a", "c"], ["b"], ["d", "e"], ["f"]]);
  expect(await images.environmentOf(more.d)).toEqual({ key: "python", ingredients: { image: "python" } });
  expect(await images.referenceOf(more.f)).toBe("image:ruby");
});

test("the image of a whole pipeline is one for all steps, which have to have the same docker settings", () => {
  const builder = {} as ImageBuilder;
  const snapshot = (...invocations: Invocation[]) =>
    ({ invocations: Object.fromEntries(invocations.map((each) => [each.id, each])) }) as PipelineSnapshot;
  const options = { builder, bundles: new Map(), emit: () => {}, whole: true };
  const externals = { ...C, externals: ["sharp"] };
  const { groups } = new StepImages({ ...options, snapshot: snapshot(A, externals) });
  expect(groups.map((group) => [group.invocations.map(({ id }) => id), group.externals])).toEqual([
    [["a", "c"], ["sharp"]],
  ]);
  expect(() => new StepImages({ ...options, snapshot: snapshot(A, B, C) })).toThrow(
    /"a" and "b" have different settings\.docker/,
  );
});
