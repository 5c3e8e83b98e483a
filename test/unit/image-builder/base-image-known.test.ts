import { expect, test } from "vitest";
import type { ContainerEngine, ImageRecord } from "../../../src/docker/port.ts";
import { thisHost } from "../../../src/image-builder/base-image-host.ts";
import { knownTag, otherKnownTags } from "../../../src/image-builder/base-image-known.ts";

const tagsOf = (count: number) => Array.from({ length: count }, (_, index) => `stepdock/base:here-${index}`);

/** An engine has its tags from all who use it: so many of one image are not made on a real one. */
test.skipIf(process.platform !== "linux").each([
  [20, 0],
  [21, 21],
])("of %i other installations with the same image, %i lose their tags", async (others, gone) => {
  const host = thisHost();
  const known = (await knownTag(host)) ?? expect.unreachable();
  const taggedAt = new Date().toISOString();
  const image = { id: "sha256:1", taggedAt, tags: [known, "stepdock/base:node-1", ...tagsOf(others)] };
  const engine = { images: { list: async () => [image as unknown as ImageRecord] } };
  const found = await otherKnownTags(engine as unknown as ContainerEngine, host, new Date(0));
  expect(found.map(({ tag }) => tag)).toEqual(tagsOf(gone));
});
