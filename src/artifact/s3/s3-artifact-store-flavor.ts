import type { Flavor } from "../../stack/component.ts";
import { resolveReference, type SecretLookup } from "../../stack/secret-reference.ts";
import type { ComponentServices } from "../../stack/services.ts";
import { createMirroredArtifactStore } from "../mirror/mirrored-artifact-store.ts";
import type { ArtifactStore } from "../port.ts";
import { S3ArtifactStoreConfig } from "./s3-config.ts";
import { S3ObjectStore, type S3ObjectStoreOptions } from "./s3-object-store.ts";

/**
 * A bucket of any service that speaks S3. Containers get artifacts through the workspace: the host brings what a step
 * reads, and takes what it wrote. ZenML's `S3ArtifactStoreFlavor`.
 */
export const s3ArtifactStoreFlavor: Flavor<ArtifactStore, S3ArtifactStoreConfig, ComponentServices> = {
  name: "s3",
  type: "artifact_store",
  configSchema: S3ArtifactStoreConfig,
  create: ({ name, id, config }, { paths, secrets }) => {
    const { bucket, prefix } = config;
    const objects = new S3ObjectStore({
      ...{ store: name, bucket, prefix, endpoint: endpointOf(config) },
      client: clientOf(config, (reference) => resolve(reference, secrets, name)),
    });
    return createMirroredArtifactStore({ objects, root: paths.stores, name, id });
  },
};

const resolve = (reference: string, secrets: SecretLookup, name: string): string =>
  resolveReference(reference, secrets, `artifact store "${name}"`);

const endpointOf = ({ endpoint, region }: S3ArtifactStoreConfig): string =>
  endpoint ?? (region === undefined ? "AWS" : `AWS, region ${region}`);

/** Milliseconds: a service that does not answer at all is told soon. */
const PATIENCE = { connectionTimeout: 10_000, socketTimeout: 60_000 };

const clientOf =
  (
    { endpoint, region, forcePathStyle, accessKeyId, secretAccessKey }: S3ArtifactStoreConfig,
    resolved: (reference: string) => string,
  ): S3ObjectStoreOptions["client"] =>
  ({ S3Client }) =>
    new S3Client({
      ...(endpoint === undefined ? {} : { endpoint, region: "us-east-1" }),
      ...(region === undefined ? {} : { region }),
      forcePathStyle: forcePathStyle ?? endpoint !== undefined,
      // Other services than AWS know no checksums but the signature's. What is read is checked by its hash in any case.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: PATIENCE,
      ...(accessKeyId !== undefined && secretAccessKey !== undefined
        ? { credentials: { accessKeyId: resolved(accessKeyId), secretAccessKey: resolved(secretAccessKey) } }
        : {}),
    });
