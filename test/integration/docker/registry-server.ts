import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-fs";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * A registry on this machine with one image, `app:1`, of one file. With `login` (`user:password`) it is private.
 * Engines take any registry at 127.0.0.1 without TLS.
 */
export const registryServer = async (architecture: string, login?: string) => {
  const image = await makeImage(architecture);
  const server = createServer(answerWith(image, login)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    digest: digestOf(image.manifest),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

type Image = Awaited<ReturnType<typeof makeImage>>;

const makeImage = async (architecture: string) => {
  const layer = await layerOf(`${process.pid} ${performance.now()}`);
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: "linux",
      config: { Cmd: ["/hello"] },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const describeBlob = (mediaType: string, blob: Buffer) => ({
    mediaType: `application/vnd.docker.${mediaType}`,
    size: blob.length,
    digest: digestOf(blob),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: describeBlob("container.image.v1+json", config),
      layers: [describeBlob("image.rootfs.diff.tar", layer)],
    }),
  );
  return { manifest, blobs: new Map([layer, config].map((blob) => [digestOf(blob), blob])) };
};

const layerOf = async (content: string): Promise<Buffer> => {
  const directory = await mkdtemp(join(tmpdir(), "stepdock-registry-"));
  try {
    await writeFile(join(directory, "hello"), content);
    return await buffer(Readable.from(pack(directory)));
  } finally {
    await rm(directory, { recursive: true });
  }
};

const answerWith =
  ({ manifest, blobs }: Image, login: string | undefined): RequestListener =>
  (request, response) => {
    const wanted = login && `Basic ${Buffer.from(login).toString("base64")}`;
    const [, kind, name = ""] = /^\/v2\/app\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    const found = kind === "blobs" ? blobs.get(name) : ["1", digestOf(manifest)].includes(name) && manifest;
    if (wanted && request.headers.authorization !== wanted)
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end(problem("UNAUTHORIZED"));
    else if (request.url === "/v2/") response.end("{}");
    else if (kind && found) {
      const type = kind === "blobs" ? "application/octet-stream" : MANIFEST;
      const headers = { "content-type": type, "content-length": found.length };
      response.writeHead(200, { ...headers, "docker-content-digest": digestOf(found) });
      response.end(request.method === "HEAD" ? undefined : found);
    } else response.writeHead(404, { "content-type": "application/json" }).end(problem("MANIFEST_UNKNOWN"));
  };

const problem = (code: string) => JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] });
