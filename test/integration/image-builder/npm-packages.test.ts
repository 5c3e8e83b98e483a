import { join } from "node:path";
import { expect, test } from "vitest";
import { ImageBuildError } from "../../../src/docker/image-build-error.ts";
import { BUNDLES_PATH } from "../../../src/image-builder/image-paths.ts";
import { builderTest, bundles, printed } from "./builder-fixture.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const NO_NETWORK = /EAI_AGAIN|ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH/;

test("npm packages of the lockfile are there with what they need, and npm itself is not", {
  timeout: 300_000,
}, async (context) => {
  await using it = await builderTest();
  const parentImage = await it.parent();
  const builder = it.builder(REPOSITORY);
  const plan = await builder.planEnvironment({ parentImage }, ["pump"]);
  const code = `
    import { readdirSync } from "node:fs";
    import pump from "pump";
    const installed = readdirSync("/stepdock/node_modules").filter((name) => !name.startsWith("."));
    console.log(typeof pump, installed.join());`;
  const made = await builder.ensureImage(plan, bundles({ a: code }), it.progress).catch((error: unknown) => {
    if (error instanceof ImageBuildError && NO_NETWORK.test(error.message))
      context.skip("builds reach no npm registry");
    throw error;
  });
  const command = ["node", `${BUNDLES_PATH}/a.mjs`];
  expect(await printed(it, made.image.reference, command)).toBe(
    "function end-of-stream,once,pump,wrappy (0)",
  );
  expect(await printed(it, made.image.reference, ["sh", "-c", "ls -d /stepdock*"])).toBe("/stepdock (0)");
});
