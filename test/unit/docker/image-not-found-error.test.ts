import { describe, expect, it } from "vitest";
import { ImageNotFoundError, notFoundReasonOf } from "../../../src/docker/image-not-found-error.ts";

describe("notFoundReasonOf", () => {
  it.each([
    ["manifest for node:0 not found: manifest unknown: manifest unknown", "refused"],
    ["pull access denied for nope, repository does not exist or may require 'docker login'", "refused"],
    ["unauthorized: authentication required", "refused"],
    ['Head "http://r.example/v2/app/manifests/1": no basic auth credentials', "refused"],
    ["no matching manifest for linux/arm64 in the manifest list entries", "refused"],
    ['Get "https://r.example/v2/": dial tcp: lookup r.example: no such host', "unreachable"],
    ['Get "https://r.example/v2/": net/http: TLS handshake timeout', "unreachable"],
    ["x509: certificate signed by unknown authority", "unreachable"],
    ["write /tmp/x: no space left on device", undefined],
  ])("of %j is %s", (words, reason) => {
    expect(notFoundReasonOf(new Error(words))).toBe(reason);
  });
});

describe("ImageNotFoundError", () => {
  it.each([
    ["absent", /engine has no image node:0.*docker pull/],
    ["refused", /registry has none of that name.*denied.*docker login/],
    ["unreachable", /cannot be reached.*network.*docker load/],
  ] as const)("tells the way out where the image is %s", (reason, words) => {
    expect(new ImageNotFoundError("node:0", reason, new Error("denied")).message).toMatch(words);
  });
});
