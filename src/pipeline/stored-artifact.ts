import type { OutputHandle } from "./schema.ts";

const REFERENCE: unique symbol = Symbol.for("dev.stepdock.artifact") as never;

export interface ArtifactReference {
  readonly name: string;
  readonly version: number | "latest";
}

export interface ArtifactOptions {
  /** 1 for the first that was made under the name. Default `latest`: the newest one as the run is started. */
  readonly version?: number | "latest";
}

/**
 * An artifact that an earlier run made, of this pipeline or another, as an input: `<pipeline>::<invocation>::<output>`,
 * or the name that the output was declared with. `stepdock artifacts` lists them. The input's own schema tells its type,
 * and parses it.
 */
/* @__NO_SIDE_EFFECTS__ */
export function artifact(name: string, { version = "latest" }: ArtifactOptions = {}): OutputHandle<never> {
  return Object.freeze({ [REFERENCE]: { name, version } }) as unknown as OutputHandle<never>;
}

/** What `artifact` was given, whichever copy of this package made it; undefined for anything else. */
export const artifactReference = (value: unknown): ArtifactReference | undefined =>
  typeof value === "object" && value !== null
    ? (value as { readonly [REFERENCE]?: ArtifactReference })[REFERENCE]
    : undefined;
