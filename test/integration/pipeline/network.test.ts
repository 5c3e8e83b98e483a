import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type Project } from "../../fixtures/project.ts";
import { docker, type EndedRun, leftoversOf, NOTHING, returnedBy, runPipeline } from "./support.ts";

const REPLY = `reply ${randomUUID()}`;
const PORT = 8080;

const PIPELINE = `
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { pipeline, step } from "stepdock";
import * as z from "zod";

export const interfaces = step({ name: "interfaces", output: z.array(z.string()),
  run: () => Object.keys(networkInterfaces()).sort() });
export const talk = step({ name: "talk", output: z.string(), run: async () => {
  const server = createServer((socket) => socket.end("to itself")).listen(0, "localhost");
  await once(server, "listening");
  const socket = connect({ host: "localhost", port: server.address().port });
  const reply = await text(socket);
  server.close();
  return reply;
} });
export const listing = pipeline({ name: "listing", define: () => {
  talk();
  talk.with({ id: "talk_alone", settings: { run: { extraHosts: { "some.example": "127.0.0.1" } } } })();
  interfaces();
  interfaces.with({ id: "bridged", settings: { network: "bridge" } })();
} });

const host = { host: z.string() };
export const call = step({ name: "call", inputs: host, output: z.string(), run: async ({ host }) => {
  const socket = connect({ host, port: ${PORT} });
  await once(socket, "connect");
  return (await text(socket)).trim();
} });
export const calling = pipeline({ name: "calling", parameters: host, define: ({ host }) => {
  call({ host });
  call.with({ id: "bridged", settings: { network: "bridge" } })({ host });
} });

export const fetching = step({ name: "fetching", inputs: host, output: z.number(),
  run: async ({ host }) => (await fetch("http://" + host + ":${PORT}")).status });
export const names = pipeline({ name: "names", define: () => { fetching({ host: "some.example" }); } });
export const named = step({ name: "named", output: z.string(), settings: { network: "no-such-network" },
  run: () => "unreachable" });
export const unknown = pipeline({ name: "unknown", define: () => { named(); } });
`;

let project: Project;
let listing: EndedRun;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
  listing = await runPipeline(project, "listing", { args: ["--no-cache"] });
});
afterAll(async () => {
  expect(await leftoversOf(project)).toEqual(NOTHING);
  await project[Symbol.asyncDispose]();
});

/** A server in a container of its own on the engine's bridge, made of the image that the steps have. */
const startServer = async (): Promise<AsyncDisposable & { readonly address: string }> => {
  const script = `require("node:net").createServer((socket) => socket.end(${JSON.stringify(REPLY)})).listen(${PORT}, () => console.log("up"))`;
  const container = await docker.createContainer({
    Image: listing.step("interfaces").image ?? "",
    ...{ Entrypoint: ["node", "-e", script], Labels: { "dev.stepdock.test": "1" } },
    HostConfig: { NetworkMode: "bridge", Init: true },
  });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => container.remove({ force: true, v: true }));
  await container.start();
  await untilPrinted(await container.logs({ stdout: true, stderr: true, follow: true }), "up");
  const { NetworkSettings } = await container.inspect();
  const kept = cleanup.move();
  return {
    address: NetworkSettings.Networks.bridge?.IPAddress ?? "",
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

const untilPrinted = async (output: NodeJS.ReadableStream, text: string): Promise<void> => {
  let printed = "";
  for await (const chunk of output) {
    printed += String(chunk);
    if (printed.includes(text)) return;
  }
  throw new Error(`the server ended: ${printed}`);
};

test("a step sees no network interface but its own loopback, and another one where it asks", async () => {
  expect(listing).toMatchObject({ status: 0, run: { status: "completed" } });
  expect(await returnedBy(project, listing.step("interfaces"))).toEqual(["lo"]);
  expect(await returnedBy(project, listing.step("bridged"))).toEqual(["eth0", "lo"]);
});

test("a step without a network may talk to itself by the name of localhost", async () => {
  expect(await returnedBy(project, listing.step("talk"))).toBe("to itself");
  expect(await returnedBy(project, listing.step("talk_alone"))).toBe("to itself");
});

test("A step has no network unless it asks for one: the same server answers the one and not the other", async () => {
  await using server = await startServer();
  const args = ["--no-cache", "--param", `host=${server.address}`];
  const run = await runPipeline(project, "calling", { args });
  expect(run.step("bridged").status).toBe("completed");
  expect(await returnedBy(project, run.step("bridged"))).toBe(REPLY);
  const { kind, message } = run.failure("call");
  expect(kind).toBe("threw");
  expect(message).toContain("ENETUNREACH");
  expect(message).toContain(
    'This step has no network, which is the default. If it needs one: `settings: { network: "bridge" }`',
  );
});

test("a name that a step without a network cannot resolve tells it how to ask for one", async () => {
  const run = await runPipeline(project, "names", { args: ["--no-cache"] });
  expect(run.failure("fetching").message).toMatch(/^fetch failed\n.*settings: \{ network: "bridge" \}/);
});

test("a network that the engine does not know is an error that names it, and leaves no container", async () => {
  const run = await runPipeline(project, "unknown", { args: ["--no-cache"] });
  expect(run.status).not.toBe(0);
  expect(run.failure("named").message).toContain("no-such-network");
  expect(run.run.status).toBe("failed");
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
