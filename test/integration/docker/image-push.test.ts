import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { engineWithImages, importFile } from "./image-fixture.ts";

/** The registry is on this machine, so the engine must be as well. */
const isLocal = process.platform === "linux" && !/^(?:tcp|http)/.test(process.env.DOCKER_HOST ?? "");

/** Debian's registry tells nobody apart whom it lets in; hosted ones do, and answer like this. */
const denyingRegistry = async () => {
  const server = createServer((request, response) => {
    if (request.url === "/v2/") return response.end("{}");
    const message = "requested access to the resource is denied";
    // Of a bare 403 the engine thinks that it may pass: it tries again for 50 s.
    const challenge = 'Bearer realm="http://127.0.0.1/token",error="insufficient_scope"';
    response.writeHead(401, { "content-type": "application/json", "www-authenticate": challenge });
    return response.end(JSON.stringify({ errors: [{ code: "DENIED", message }] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

describe.runIf(isLocal)("a registry that denies a repository", () => {
  it("may just not have it yet: a look-up finds nothing, and the push tells that it is denied", async () => {
    await using registry = await denyingRegistry();
    await using test = await engineWithImages();
    const repository = `${registry.host}/team/app`;
    const reference = test.keepTrackOf(`${repository}:1`);
    await importFile(test.engine, reference);
    expect(await test.images.digestInRegistry(reference)).toBeUndefined();
    const error = { code: "registry_refused", reason: "denied", registry: registry.host, repository };
    await expect(test.images.push(reference)).rejects.toMatchObject(error);
  });
});
