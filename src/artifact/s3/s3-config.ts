import * as z from "zod/mini";
import { secretReference } from "../../stack/secret-reference.ts";

const PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** Configuration of the artifact store flavor `s3`. */
export const S3ArtifactStoreConfig = z
  .strictObject({
    bucket: z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "it is no name of a bucket")),
    /** What all keys begin with, without a `/` at either end. */
    prefix: z.optional(
      z
        .string()
        .check(
          z.maxLength(100),
          z.regex(PREFIX, "it takes names with / between them, such as team/artifacts"),
        ),
    ),
    /** Of another service than AWS. */
    endpoint: z.optional(
      z.url({ protocol: /^https?$/, error: "it takes a URL such as https://s3.example.org" }),
    ),
    /** Default: that of the environment or the AWS configuration; `us-east-1` where an endpoint is given. */
    region: z.optional(z.string().check(z.minLength(1))),
    /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. Default: true where an endpoint is given. */
    forcePathStyle: z.optional(z.boolean()),
    /** Default: what the AWS SDK finds in the environment, the AWS configuration, or the machine's role. */
    accessKeyId: z.optional(secretReference()),
    secretAccessKey: z.optional(secretReference()),
  })
  .check(
    z.refine(
      ({ accessKeyId, secretAccessKey }) => (accessKeyId === undefined) === (secretAccessKey === undefined),
      {
        error: "accessKeyId and secretAccessKey belong together: give both, or neither",
      },
    ),
  );
export type S3ArtifactStoreConfig = z.infer<typeof S3ArtifactStoreConfig>;
