import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

export interface PutObject {
  readonly Bucket: string;
  readonly Key: string;
  readonly content: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
}

/** A bucket takes 10,000 parts of an object: files of up to 80 GB. With eight files at a time, 128 MiB are in memory. */
const PART = 8 * 1024 * 1024;
const AT_ONCE = 2;

/**
 * Puts an object, in parts where it is larger than one. Whatever fails gives up the parts that are there already, for which
 * a bucket would charge.
 */
export const putObject = async (
  client: S3Client,
  { Bucket, Key, content, signal }: PutObject,
): Promise<void> => {
  signal?.throwIfAborted();
  const upload = new Upload({
    client,
    params: { Bucket, Key, Body: Readable.from(content) },
    partSize: PART,
    queueSize: AT_ONCE,
  });
  const abort = () => void upload.abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await upload.done();
  } finally {
    signal?.removeEventListener("abort", abort);
  }
};
