import { chmod, mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { importFile } from "../docker/image-fixture.ts";
import { type ErrorProject, errorProject, IMPORTS, onlyMessage } from "./support.ts";

const EMPTY_IMAGE = "stepdock-test/without-node:latest";
const ABSENT_IMAGE = "127.0.0.1:1/no-such-image:1";

const SOURCE = `${IMPORTS}
export const first = step({ name: "first", output: z.string(), run: () => "hello" });
export const second = step({ name: "second", inputs: { text: z.string() }, run: () => {} });
export const fine = pipeline({ name: "fine", define: () => { first(); } });
export const absent = pipeline({ name: "absent", define: () => {
  second.with({ settings: { docker: { parentImage: "${ABSENT_IMAGE}" } } })({ text: first() });
} });
export const without_node = pipeline({ name: "without_node", define: () => {
  second.with({ settings: { docker: { parentImage: "${EMPTY_IMAGE}" } } })({ text: first() });
} });
`;

let project: ErrorProject;

beforeAll(async () => {
  project = await errorProject({ "pipeline.ts": SOURCE });
});
afterAll(() => project[Symbol.asyncDispose]());

const NO_ENGINE_SET = { DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined, DOCKER_TLS_VERIFY: undefined };

test("an engine that is not running ends with status 3; the message names the socket and how to go on", async () => {
  const host = `unix://${project.path("no-engine.sock")}`;
  const result = await project.stepdock(["run", "pipeline.ts", "fine"], {
    env: { ...NO_ENGINE_SET, DOCKER_HOST: host },
  });
  expect(result.status).toBe(3);
  expect(onlyMessage(result)).toBe(
    [
      "No container engine was found. Tried:",
      `  DOCKER_HOST (${host}): nothing there`,
      "Start that engine, or name another: DOCKER_HOST excludes all others.",
    ].join("\n"),
  );
  expect((await project.runs())[0]).toMatchObject({ pipelineName: "fine", status: "failed" });
  await project.expectNothingLost();
});

test("a socket that this user may not use ends with status 3, and the message says how to get the right", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root may become somebody else");
  await using server = createServer();
  const socket = project.path("engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  await chmod(socket, 0o660);
  await chmod(project.directory, 0o755);
  await mkdir(project.path("open"));
  await chmod(project.path("open"), 0o777);
  const workspace = project.path("open/workspace");
  const result = await project.stepdock(["run", "pipeline.ts", "fine", "--workspace", workspace], {
    prefix: ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"],
    env: { ...NO_ENGINE_SET, DOCKER_HOST: `unix://${socket}`, HOME: project.path("open") },
  });
  expect(result.status).toBe(3);
  expect(onlyMessage(result)).toBe(
    [
      "You may not use the container engine. Tried:",
      `  DOCKER_HOST (unix://${socket}): permission denied`,
      "Add your user to the docker group (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless engine and name its socket with DOCKER_HOST.",
    ].join("\n"),
  );
  await project.expectNothingLost();
});

test("a parent image that cannot be had is named before any step runs, with the way to bring it", async () => {
  const result = await project.stepdock(["run", "pipeline.ts", "absent"]);
  expect(result.status).toBe(2);
  const message = onlyMessage(result);
  expect(message).toMatch(
    /^Cannot pull image 127\.0\.0\.1:1\/no-such-image:1: its registry cannot be reached \(.*\)\. /,
  );
  expect(message).toMatch(
    /Check the network of the engine, or bring the image by other means, such as `docker load`\.$/,
  );
  expect(result.stdout).not.toContain("step first: running");
  expect((await project.runs())[0]).toMatchObject({ pipelineName: "absent", status: "failed" });
  await project.expectNothingLost();
});

/** An image with one file in it, and nothing that could run. */
const importEmptyImage = async (): Promise<AsyncDisposable> => {
  await using engine = await connectEngine();
  await importFile(engine, EMPTY_IMAGE);
  return {
    [Symbol.asyncDispose]: async () => {
      await using again = await connectEngine();
      await again.images.remove(EMPTY_IMAGE);
    },
  };
};

test("a parent image without Node is named once, with what it lacks; what was done before stays", async () => {
  await using _image = await importEmptyImage();
  const result = await project.stepdock(["run", "pipeline.ts", "without_node"]);
  expect(result.status).toBe(2);
  expect(onlyMessage(result)).toBe(
    `Parent image ${EMPTY_IMAGE} has no Node 24 or later on its PATH (found none). ` +
      "Install one in it, or name another parent image, such as node:24-slim.",
  );
  expect(result.stdout).not.toMatch(/^step second failed/m);
  const [run] = await project.runs();
  expect(run).toMatchObject({ pipelineName: "without_node", status: "failed" });
  const { stdout } = await project.stepdock(["show", run?.id ?? "", "--json"]);
  const { steps } = JSON.parse(stdout);
  expect(steps).toMatchObject([
    { invocationId: "first", status: "completed" },
    { invocationId: "second", status: "failed", failure: { name: "ParentImageError" } },
  ]);
  await project.expectNothingLost();
});
