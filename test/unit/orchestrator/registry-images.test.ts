import { expect, test } from "vitest";
import { ImageNotFoundError } from "../../../src/docker/image-not-found-error.ts";
import type { BuiltImage, DockerSettings } from "../../../src/model/index.ts";
import { RegistryImages } from "../../../src/orchestrator/containerized/registry-images.ts";
import type { ContainerRegistry } from "../../../src/stack/container-registry.ts";
import type { EnvironmentPlan, ImageBuilder } from "../../../src/stack/image-builder.ts";

const digestOf = (name: string): string => `r.example/stepdock@sha256:${name}`;

/** Notes what is asked; a registry that loses an image between two questions is what a real one cannot be made to be. */
const openBench = ({
  there = [] as string[],
  lost = [] as string[],
  origin = undefined as string | undefined,
}) => {
  const asked: string[] = [];
  const builder = {
    imageReference: ({ key }: EnvironmentPlan) => `stepdock/step:${key}`,
    ensureImage: async ({ key, parentImage }: EnvironmentPlan) => {
      asked.push(`build ${key}`);
      const image = { reference: `local:${key}`, imageId: "built", environmentKey: key, parentImage };
      return { image, reused: false, origin };
    },
  } as unknown as ImageBuilder;
  const registry: ContainerRegistry = {
    ...{ name: "team", uri: "r.example" },
    find: async (name) => {
      asked.push(`find ${name}`);
      return there.includes(name) ? digestOf(name) : undefined;
    },
    push: async (name, { source } = {}) => {
      asked.push(`push ${name} of ${source}`);
      return { reference: digestOf(name), layers: { pushed: 1, present: 2 } };
    },
    fetch: async (reference) => {
      asked.push(`fetch ${reference}`);
      if (lost.includes(reference)) throw new ImageNotFoundError(reference, "refused", "manifest unknown");
      return "fetched";
    },
  };
  return { asked, images: new RegistryImages(builder, registry) };
};

const wanted = (key: string, settings: DockerSettings = {}, known?: string) => ({
  plan: { key, parentImage: "parent", ingredients: {}, settings },
  bundles: new Map(),
  ...(known !== undefined && { known: { reference: known } as BuiltImage }),
});

test("what the registry has is looked up once, fetched, and not built", async () => {
  const { asked, images } = openBench({ there: ["stepdock/step:k"] });
  await images.find(wanted("k"), {});
  const { image, reused } = await images.ensure(wanted("k"), {});
  const reference = digestOf("stepdock/step:k");
  expect(image).toEqual({ reference, imageId: "fetched", environmentKey: "k", parentImage: "parent" });
  expect(reused).toBe(true);
  expect(asked).toEqual(["find stepdock/step:k", `fetch ${reference}`]);
});

test("what it does not have is built, pushed and named by its digest", async () => {
  const { asked, images } = openBench({});
  const lines: string[] = [];
  const { image } = await images.ensure(wanted("k"), { onOutput: (line) => lines.push(line) });
  expect(image.reference).toBe(digestOf("stepdock/step:k"));
  expect(asked).toEqual(["find stepdock/step:k", "build k", "push stepdock/step:k of local:k"]);
  expect(lines).toEqual([expect.stringMatching(/^Pushed r\.example.* in \d+ ms: 1 of 3 layers\.$/)]);
});

test("what a run had settled on is asked for by its digest, and the registry for nothing else", async () => {
  const { asked, images } = openBench({});
  const known = "old.example/stepdock@sha256:1";
  expect((await images.ensure(wanted("k", {}, known), {})).image.reference).toBe(known);
  expect(asked).toEqual([`fetch ${known}`]);
});

test("what the registry lost meanwhile is made again", async () => {
  const known = "old.example/stepdock@sha256:1";
  const { asked, images } = openBench({ lost: [known] });
  expect((await images.ensure(wanted("k", {}, known), {})).image.reference).toBe(digestOf("stepdock/step:k"));
  expect(asked).toEqual([`fetch ${known}`, "build k", "push stepdock/step:k of local:k"]);
});

test("what may not be reused is built and pushed though it is there", async () => {
  const { asked, images } = openBench({ there: ["stepdock/step:k"] });
  expect((await images.ensure(wanted("k", { preventBuildReuse: true }), {})).reused).toBe(false);
  expect(asked).toEqual(["find stepdock/step:k", "build k", "push stepdock/step:k of local:k"]);
});

test("an image that is used as it is stays in the registry it came from; one of this engine alone is pushed", async () => {
  const asItIs = wanted("k", { parentImage: "node:24", skipBuild: true });
  const origin = "node@sha256:2";
  const elsewhere = openBench({ origin });
  expect((await elsewhere.images.ensure(asItIs, {})).image.reference).toBe(origin);
  expect(elsewhere.asked).toEqual(["find stepdock/image:k", "build k"]);
  const here = openBench({});
  await here.images.ensure(asItIs, {});
  expect(here.asked).toEqual(["find stepdock/image:k", "build k", "push stepdock/image:k of local:k"]);
});
