import type { S3Client } from "@aws-sdk/client-s3";
import type { ObjectOptions, ObjectStore } from "../mirror/object-store.ts";
import { explainS3, type S3Place } from "./s3-errors.ts";

type Sdk = typeof import("@aws-sdk/client-s3");

export interface S3ObjectStoreOptions extends S3Place {
  readonly prefix?: string | undefined;
  /** Made on first use. */
  readonly client: (sdk: Sdk) => S3Client;
}

/** Objects of a bucket, below a prefix. The SDK is loaded on first use: it takes longer than all else of a cached run. */
export class S3ObjectStore implements ObjectStore {
  readonly #options: S3ObjectStoreOptions;
  readonly #prefix: string;
  #connected: Promise<{ sdk: Sdk; client: S3Client }> | undefined;

  constructor(options: S3ObjectStoreOptions) {
    this.#options = options;
    this.#prefix = options.prefix === undefined ? "" : `${options.prefix}/`;
  }

  place(key: string): string {
    const { bucket, endpoint } = this.#options;
    return `key ${this.#prefix}${key} of bucket ${bucket} at ${endpoint}`;
  }

  async check({ signal }: ObjectOptions = {}): Promise<void> {
    await this.#ask(({ sdk, client }) =>
      client.send(
        new sdk.ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 0 }),
        abortedBy(signal),
      ),
    );
  }

  async has(key: string, { signal }: ObjectOptions = {}): Promise<boolean> {
    const found = await this.#ask(({ sdk, client }) =>
      client.send(new sdk.HeadObjectCommand(this.#at(key)), abortedBy(signal)).catch(unlessAbsent),
    );
    return found !== undefined;
  }

  async get(key: string, { signal }: ObjectOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const found = await this.#ask(({ sdk, client }) =>
      client.send(new sdk.GetObjectCommand(this.#at(key)), abortedBy(signal)).catch(unlessAbsent),
    );
    return found && this.#explained((found.Body ?? []) as AsyncIterable<Uint8Array>);
  }

  async put(key: string, content: AsyncIterable<Uint8Array>, { signal }: ObjectOptions = {}): Promise<void> {
    const { putObject } = await import("./put-object.ts");
    await this.#ask(({ client }) => putObject(client, { ...this.#at(key), content, signal }));
  }

  async removeAll(prefix: string): Promise<void> {
    await this.#ask(async ({ sdk, client }) => {
      const within = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
      for await (const { Contents = [] } of sdk.paginateListObjectsV2({ client }, within)) {
        const objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
        if (objects.length === 0) continue;
        const told = { Bucket: this.#bucket, Delete: { Objects: objects, Quiet: true } };
        const { Errors: [refused] = [] } = await client.send(new sdk.DeleteObjectsCommand(told));
        if (refused) throw Object.assign(new Error(`${refused.Message}`), { name: refused.Code ?? "Error" });
      }
    });
  }

  get #bucket(): string {
    return this.#options.bucket;
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  async #ask<T>(act: (connected: { sdk: Sdk; client: S3Client }) => Promise<T>): Promise<T> {
    try {
      this.#connected ??= import("@aws-sdk/client-s3").then((sdk) => ({
        sdk,
        client: this.#options.client(sdk),
      }));
      return await act(await this.#connected);
    } catch (error) {
      throw explainS3(this.#options, error);
    }
  }

  /** Also where the connection breaks in the middle. */
  async *#explained(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      throw explainS3(this.#options, error);
    }
  }
}

const abortedBy = (signal: AbortSignal | undefined): { abortSignal?: AbortSignal } =>
  signal === undefined ? {} : { abortSignal: signal };

/** An object that is not there is no error; a bucket that is not there is. */
const unlessAbsent = (error: Error): undefined => {
  if (error.name === "NoSuchKey" || error.name === "NotFound") return undefined;
  throw error;
};
