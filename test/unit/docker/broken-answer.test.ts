import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openConnection } from "../../../src/docker/dockerode-client.ts";
import { createImageClient } from "../../../src/docker/image-client.ts";
import { temporaryDirectory } from "./temp-directory.ts";

/** Stands for an engine whose answer breaks off, which a healthy one cannot be made to do. It has every image. */
const imagesOfEngine = async (answer: (response: ServerResponse) => void) => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, "engine.sock");
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === "GET") response.end(JSON.stringify(EVERY_IMAGE));
    else request.on("end", () => answer(response));
  }).listen(path);
  await once(server, "listening");
  const connection = openConnection({ source: "test", url: `unix://${path}`, explicit: true });
  return {
    images: createImageClient(connection.docker, { DOCKER_CONFIG: directory.path }),
    [Symbol.asyncDispose]: async () => {
      connection[Symbol.dispose]();
      server.closeAllConnections();
      server.close();
      await directory[Symbol.asyncDispose]();
    },
  };
};

const EVERY_IMAGE = { Id: "sha256:old", Architecture: "amd64", Os: "linux", Size: 1, RootFS: {} };

const build = () => ({
  context: Readable.from([Buffer.from("context")]),
  dockerfile: "Dockerfile",
  tag: "app:1",
  labels: {},
});

const breakOff = (response: ServerResponse) =>
  response.write('{"stream":"Step 1/1 : FROM a\\n"}\n', () => response.destroy());

describe("an answer that ends early", () => {
  it("is no successful build, even where an image of that tag exists from before", async () => {
    await using engine = await imagesOfEngine((response) =>
      response.end('{"stream":"Step 1/1 : FROM a\\n"}\n'),
    );
    await expect(engine.images.build(build())).rejects.toThrow(/build image app:1: .*ended without an image/);
  });

  it("is no successful build where the connection breaks", async () => {
    await using engine = await imagesOfEngine(breakOff);
    await expect(engine.images.build(build())).rejects.toMatchObject({ code: "engine_unavailable" });
  });

  it("is no successful pull where the connection breaks", async () => {
    await using engine = await imagesOfEngine(breakOff);
    await expect(engine.images.pull("app:1")).rejects.toMatchObject({ code: "engine_unavailable" });
  });

  it("is no successful import", async () => {
    await using engine = await imagesOfEngine((response) => response.end("{}\n"));
    const root = Readable.from([Buffer.from("tar")]);
    await expect(engine.images.import(root, "app:1", [])).rejects.toThrow("ended without an image");
  });

  it("reads an image of an engine that leaves out what is empty", async () => {
    await using engine = await imagesOfEngine((response) => response.end());
    expect(await engine.images.inspect("app:1")).toMatchObject({ id: "sha256:old", tags: [], layers: [] });
  });
});

describe("a context that cannot be read", () => {
  it("is what the error tells of, and the context is closed", async () => {
    await using engine = await imagesOfEngine((response) => response.end());
    const context = new Readable({ read: () => void context.destroy(new Error("EIO: bad disk")) });
    await expect(engine.images.build({ ...build(), context })).rejects.toThrow(
      "cannot be read: EIO: bad disk",
    );
    expect(context.destroyed).toBe(true);
  });
});
