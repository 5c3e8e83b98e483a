import { randomUUID } from "node:crypto";
import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import type { ArtifactStore } from "../../../../src/artifact/port.ts";
import { storeOutput } from "../../../../src/artifact/store-output.ts";
import type { ArtifactVersion } from "../../../../src/model/index.ts";
import { directoryAt } from "../../../../src/util/stored-files.ts";
import { openS3Store, S3_KEY, type S3Server, type S3StoreOptions } from "../../../fixtures/s3-server.ts";

/** A prefix of its own in the bucket, and two machines that use it. */
export const openTwoMachines = async (server: S3Server, config: Partial<S3StoreOptions> = {}) => {
  const directory = await mkdtempDisposable(join(tmpdir(), "stepdock-s3-stores-"));
  const prefix = `test/${randomUUID()}`;
  const open = (machine: string) =>
    openS3Store(server, { prefix, ...config, root: join(directory.path, machine) });
  return {
    prefix,
    directory: directory.path,
    here: open("here"),
    there: open("there"),
    [Symbol.asyncDispose]: () => directory.remove(),
  };
};

export const clientOf = ({ endpoint }: S3Server): S3Client =>
  new S3Client({
    ...{ endpoint, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: S3_KEY, secretAccessKey: S3_KEY },
  });

/** Writes a folder as a step does, and tells of it as the host does, without storing it. */
export const writeFolder = async (
  store: ArtifactStore,
  fill: (path: string) => Promise<unknown>,
): Promise<ArtifactVersion> => {
  const stepRunId = randomUUID();
  const uri = store.uri({ stepName: "train", outputName: "model", stepRunId });
  await store.create(uri);
  const path = store.path(uri);
  await mkdir(path, { recursive: true });
  await fill(path);
  const stored = await storeOutput(directoryAt(path), { directory: path, materializer: "directory" });
  return {
    ...{ ...stored, id: randomUUID(), name: "pipeline::train::model", uri },
    stamps: await store.stamps(uri, stored),
    ...{ createdAt: "2026-01-01T00:00:00.000Z", producerStepRunId: stepRunId },
  };
};
