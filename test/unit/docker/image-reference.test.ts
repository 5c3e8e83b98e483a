import { describe, expect, it } from "vitest";
import {
  DOCKER_HUB,
  inspectableReference,
  parseReference,
  pullSource,
  registryOf,
} from "../../../src/docker/image-reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("image references", () => {
  it.each([
    ["node", { name: "node", tag: undefined, digest: undefined }],
    ["acme/app:1", { name: "acme/app", tag: "1", digest: undefined }],
    ["localhost:5000/app", { name: "localhost:5000/app", tag: undefined, digest: undefined }],
    ["localhost:5000/app:1", { name: "localhost:5000/app", tag: "1", digest: undefined }],
    [`acme/app:1@${DIGEST}`, { name: "acme/app", tag: "1", digest: DIGEST }],
  ])("%s is read as Docker reads it", (reference, parts) => {
    expect(parseReference(reference)).toEqual(parts);
  });

  it("pull one tag: latest where none is given, the digest where there is one", () => {
    expect(pullSource("node")).toEqual({ fromImage: "node", tag: "latest" });
    expect(pullSource(`node:24@${DIGEST}`)).toEqual({ fromImage: "node", tag: DIGEST });
  });

  it("are looked up by digest alone where they have both tag and digest", () => {
    expect(inspectableReference(`node:24@${DIGEST}`)).toBe(`node@${DIGEST}`);
    expect(inspectableReference("node:24")).toBe("node:24");
  });

  it.each([
    ["node:24", DOCKER_HUB],
    ["acme/app", DOCKER_HUB],
    ["docker.io/library/node", DOCKER_HUB],
    ["index.docker.io/library/node", DOCKER_HUB],
    ["localhost/app", "localhost"],
    ["localhost:5000/app:1", "localhost:5000"],
    ["registry.example.com/a/b", "registry.example.com"],
  ])("%s lies in the registry %s", (reference, registry) => {
    expect(registryOf(reference)).toBe(registry);
  });
});
