import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { S3ArtifactStoreConfig } from "../../../../src/artifact/s3/s3-config.ts";
import { explainS3 } from "../../../../src/artifact/s3/s3-errors.ts";
import { startS3Server } from "../../../fixtures/s3-server.ts";
import { openTwoMachines, writeFolder } from "./support.ts";

const server = await startS3Server();
afterAll(() => server[Symbol.asyncDispose]());

describe("an S3 store that cannot be used", () => {
  it.each([
    ["the bucket is not there", { bucket: "nowhere" }, "NoSuchBucket", "Make it, or correct bucket"],
    ["the key is unknown", { key: "nobody" }, "InvalidAccessKeyId", "Check accessKeyId"],
    ["the secret is wrong", { secret: "guessed" }, "SignatureDoesNotMatch", "Check accessKeyId"],
    ["nothing listens", { endpoint: "http://127.0.0.1:1" }, "ECONNREFUSED", "Check that the service runs"],
    [
      "there is no such host",
      { endpoint: "http://s3.invalid" },
      /ENOTFOUND|EAI_AGAIN|TimeoutError/,
      "correct endpoint",
    ],
  ])("says so where %s: endpoint, bucket, and what to do", async (_what, config, reason, wayOut) => {
    await using machines = await openTwoMachines(server, config);
    const { here } = machines;
    const { bucket, endpoint } = { bucket: server.bucket, endpoint: server.endpoint, ...config };
    const error = {
      code: "artifact_store_failed",
      reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
      message: expect.stringMatching(
        new RegExp(`^The artifact store "team" \\(bucket "${bucket}" at ${endpoint}\\) .*${wayOut}`),
      ),
    };
    await expect(here.check()).rejects.toMatchObject(error);
    const artifact = await writeFolder(here, (path) => writeFile(join(path, "a"), "1"));
    await expect(here.store(artifact)).rejects.toMatchObject(error);
  });

  it.each([
    ["AccessDenied", 403, "AccessDenied", "Allow them to list the bucket"],
    ["Unknown", 403, "AccessDenied", "Allow them to list the bucket"],
    ["Unknown", 301, "PermanentRedirect", "Give that region"],
    ["ExpiredToken", 400, "ExpiredToken", "Get new ones"],
    [
      "CredentialsProviderError",
      undefined,
      "CredentialsProviderError",
      "Give accessKeyId and secretAccessKey",
    ],
    ["SlowDown", 503, "SlowDown", "answered SlowDown: no. Run again"],
    ["TimeoutError", undefined, "TimeoutError", "cannot be reached: no. Check"],
  ])("tells %s with status %s in words", (name, httpStatusCode, reason, told) => {
    const place = { store: "team", bucket: "b", endpoint: "AWS" };
    const error = Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });
    expect(explainS3(place, error)).toMatchObject({ reason, message: expect.stringContaining(told) });
  });

  it("leaves what is no answer of the service as it is", () => {
    const error = new TypeError("a fault of ours");
    expect(explainS3({ store: "team", bucket: "b", endpoint: "AWS" }, error)).toBe(error);
  });
});

describe("the configuration of an S3 store", () => {
  const keys = { accessKeyId: "{{secret.ID}}", secretAccessKey: "{{secret.KEY}}" };

  it.each([
    { bucket: "artifacts" },
    { bucket: "artifacts", prefix: "team/a.b", endpoint: "http://localhost:9000", ...keys },
    { bucket: "artifacts", region: "eu-west-1", forcePathStyle: true },
  ])("takes %j", (config) => {
    expect(z.parse(S3ArtifactStoreConfig, config)).toEqual(config);
  });

  it.each([
    [{}, "bucket"],
    [{ bucket: "Upper" }, "bucket"],
    [{ bucket: "artifacts", prefix: "/team/" }, "prefix"],
    [{ bucket: "artifacts", prefix: "a/../b" }, "prefix"],
    [{ bucket: "artifacts", endpoint: "localhost:9000" }, "endpoint"],
    [{ bucket: "artifacts", regoin: "x" }, "regoin"],
    [{ bucket: "artifacts", ...keys, secretAccessKey: "AKIA" }, "secretAccessKey"],
    [{ bucket: "artifacts", accessKeyId: keys.accessKeyId }, "belong together"],
  ])("refuses %j", (config, told) => {
    const { error } = z.safeParse(S3ArtifactStoreConfig, config);
    expect(error?.message).toContain(told);
  });
});
