import * as z from "zod/mini";
import { HashedEntry, Sha256, SizeBytes } from "../../artifact/entries-hash.ts";
import { ArtifactVersion, Build, PipelineRun, PipelineSnapshot, StepRun } from "../../model/index.ts";

export const FORMAT = "stepdock-run";
export const FORMAT_VERSION = 1;

/** First entry of the archive. */
export const MANIFEST = "manifest.json";

/** Name of the entry with this content; the same content is in the archive once. */
export const blobName = (sha256: string): string => `blobs/${sha256}`;

/** A file's content. */
const Blob = z.object({ sha256: Sha256, sizeBytes: SizeBytes });
export type Blob = z.infer<typeof Blob>;

/** A word that becomes the name of a file or a directory. */
const Name = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/));

/** As the product writes it: texts in this form are in the order of the times. */
const Time = z.iso.datetime();

/** Without stamps: what they say is true on one machine only. */
export const ArtifactRecord = z.strictObject({
  ...z.omit(ArtifactVersion, { stamps: true }).shape,
  createdAt: Time,
});

const Artifact = z.strictObject({
  record: ArtifactRecord,
  entries: z.array(HashedEntry),
});
export type ArchivedArtifact = z.infer<typeof Artifact>;

/** Input or output name → artifact id. */
const Links = z.record(z.string(), z.string());

/** Without a cache key: it is of the workspace that the step ran in, and what is imported is never taken for cached. */
const Step = z.strictObject({
  record: z.strictObject({
    ...{ ...StepRun.shape, id: Name, invocationId: Name, cacheKey: z.null() },
    attempt: z.int().check(z.positive()),
    ...{ createdAt: Time, assignedAt: z.nullable(Time) },
    ...{ startedAt: z.nullable(Time), finishedAt: z.nullable(Time) },
  }),
  inputs: Links,
  outputs: Links,
});
export type ArchivedStep = z.infer<typeof Step>;

/** What an attempt printed, or one of its services. Of a cached step: what the step printed that made its outputs. */
const Log = z.strictObject({ stepRunId: z.string(), service: z.optional(Name), ...Blob.shape });
export type ArchivedLog = z.infer<typeof Log>;

/** A bundle's SHA-256 is its code hash. */
const Bundle = z.strictObject({ code: Blob, map: Blob });
export type ArchivedBundle = z.infer<typeof Bundle>;

/** What the archive of a run holds, and how each part of it is verified. */
export const Manifest = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  run: z.strictObject({
    ...{ ...PipelineRun.shape, id: Name, createdAt: Time },
    ...{ startedAt: z.nullable(Time), finishedAt: z.nullable(Time) },
  }),
  snapshot: PipelineSnapshot,
  build: z.nullable(Build),
  /** In the order they were published. */
  steps: z.array(Step),
  artifacts: z.array(Artifact),
  logs: z.array(Log),
  bundles: z.array(Bundle),
});
export type Manifest = z.infer<typeof Manifest>;

/** What is read of any version, to tell a newer one from damage. */
export const AnyManifest = z.object({ format: z.literal(FORMAT), formatVersion: z.int() });

/** Every content that the archive has, once, in the order in which they follow the manifest. */
export const blobsOf = ({ artifacts, logs, bundles }: Manifest): ReadonlyMap<string, Blob> => {
  const files = artifacts.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "file"));
  const all = [...files, ...logs, ...bundles.flatMap(({ code, map }) => [code, map])];
  return new Map(all.map(({ sha256, sizeBytes }) => [sha256, { sha256, sizeBytes }]));
};
