import { describe, expect, it } from "vitest";
import { RegistryError } from "../../../src/docker/registry-error.ts";

/** What engines hand on of what registries say; the first three of each kind from Debian's `docker-registry`. */
const SAID = [
  ["no basic auth credentials", "unauthorized", /docker login r\.example:5000/],
  ["unauthorized: authentication required", "unauthorized", /docker login r\.example:5000/],
  [
    "denied: requested access to the resource is denied",
    "denied",
    /write to r\.example:5000\/team\/stepdock/,
  ],
  [
    "errors: denied: requested access is denied; unauthorized: authentication required",
    "denied",
    /docker login/,
  ],
  ["received unexpected HTTP status: 403 Forbidden", "denied", /write to/],
  ['Get "https://r.example:5000/v2/": dial tcp: lookup r.example: no such host', "unreachable", /reaches it/],
  ['Get "https://r.example:5000/v2/": net/http: TLS handshake timeout', "unreachable", /reaches it/],
  ['Get "https://r.example:5000/v2/": EOF', "unreachable", /reaches it/],
  ["http: server gave HTTP response to HTTPS client", "tls", /insecure-registries/],
  [
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "tls",
    /certs\.d\/r\.example:5000/,
  ],
  ["name unknown: The repository with name 'team/stepdock' does not exist", "name_unknown", /Make the repos/],
  [
    "error parsing HTTP 405 response body: invalid character 'M': \"Method not allowed\\n\"",
    "read_only",
    /again/,
  ],
  ["unsupported: The operation is unsupported.", "read_only", /proxy cache/],
  ["error parsing HTTP 404 response body: invalid character '<'", "no_registry", /Correct the uri/],
  ["received unexpected HTTP status: 507 Insufficient Storage", "full", /Make room/],
  ["received unexpected HTTP status: 500 Internal Server Error", "other", /own log/],
] as const;

describe("RegistryError", () => {
  it.each(SAID)("of %j is %s", (words, reason, wayOut) => {
    const reference = "r.example:5000/team/stepdock:step-1";
    const error = new RegistryError("push image", reference, new Error(words));
    const repository = "r.example:5000/team/stepdock";
    expect(error).toMatchObject({ registry: "r.example:5000", repository, reference, reason });
    expect(error.message).toContain(words.replace(/\.$/, ""));
    expect(error.message).toMatch(wayOut);
  });

  it("names Docker Hub by its name, and quotes of a page that is no answer only the beginning", () => {
    const error = new RegistryError("look up image", "acme/stepdock:step-1", new Error("x".repeat(5000)));
    expect(error.message).toMatch(/registry docker\.io, repository acme\/stepdock/);
    expect(error.message.length).toBeLessThan(600);
  });
});
