import { expect, it } from "vitest";
import { originOf } from "../../../src/image-builder/image-origin.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

it.each([
  ["node:24", [`node@${DIGEST}`], `node@${DIGEST}`],
  ["docker.io/library/node:24", [`node@${DIGEST}`], `node@${DIGEST}`],
  ["r.example/app", [`old.example/app@${DIGEST}`, `r.example/app@${DIGEST}`], `r.example/app@${DIGEST}`],
  [`node:24@${DIGEST}`, [], `node:24@${DIGEST}`],
  ["made-here:1", [], undefined],
  ["made-here:1", [`old.example/made-here@${DIGEST}`], undefined],
  ["localhost/made-here:1", [`localhost/made-here@${DIGEST}`], undefined],
])("%s with the digests %j came from %s", (reference, repositoryDigests, origin) => {
  expect(originOf({ repositoryDigests, keptAsBlobs: false }, reference)).toBe(origin);
});

it("a digest of an engine that gives one to each image it builds tells nothing", () => {
  expect(originOf({ repositoryDigests: [`app@${DIGEST}`], keptAsBlobs: true }, "app:1")).toBeUndefined();
});
