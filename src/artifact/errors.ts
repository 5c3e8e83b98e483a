import { StepdockError } from "../errors/error.ts";

const RUN_AGAIN = "Run the step that made it again without the cache.";

/** An artifact that was published is not there any more. */
export class ArtifactMissingError extends StepdockError {
  override readonly code = "artifact_missing";
  readonly path: string;
  readonly uri: string | undefined;
  readonly place: string | undefined;

  /** @param facts.place where it was looked for, if not at `path` alone */
  constructor(facts: { path: string; uri?: string | undefined; place?: string | undefined }) {
    const place = facts.place ?? facts.path;
    super(`Artifact ${facts.uri ?? "directory"} is missing: there is nothing at ${place}. ${RUN_AGAIN}`);
    this.path = facts.path;
    this.uri = facts.uri;
    this.place = facts.place;
  }

  /** The same, told of the artifact with this URI. */
  withUri(uri: string): ArtifactMissingError {
    return new ArtifactMissingError({ path: this.path, place: this.place, uri });
  }
}

export interface Damage {
  /** The artifact's directory, or the file in it that is at fault. */
  readonly path: string;
  readonly uri?: string | undefined;
  /** What is wrong, as the end of the sentence `Artifact at … is damaged: …`, with its full stop. */
  readonly problem: string;
  readonly expectedHash?: string | undefined;
  readonly actualHash?: string | undefined;
}

/** An artifact is not what was published, or holds something that is never read: a link, a pipe, a device. */
export class ArtifactDamagedError extends StepdockError {
  override readonly code = "artifact_damaged";
  readonly path: string;
  readonly uri: string | undefined;
  readonly problem: string;
  readonly expectedHash: string | undefined;
  readonly actualHash: string | undefined;

  constructor({ path, uri, problem, expectedHash, actualHash }: Damage, options?: ErrorOptions) {
    const name = uri === undefined ? "" : `${uri} `;
    super(`Artifact ${name}at ${path} is damaged: ${problem} ${RUN_AGAIN}`, options);
    this.path = path;
    this.uri = uri;
    this.problem = problem;
    this.expectedHash = expectedHash;
    this.actualHash = actualHash;
  }

  /** The same, told of the artifact with this URI. */
  withUri(uri: string): ArtifactDamagedError {
    return new ArtifactDamagedError({ ...this, uri }, { cause: this.cause });
  }
}

/** A URI that is of no artifact of this store, or a name that cannot be part of one. */
export class ArtifactUriError extends StepdockError {
  override readonly code = "artifact_uri_invalid";
  readonly uri: string;

  constructor(uri: string, problem: string) {
    super(`'${uri}' ${problem}`);
    this.uri = uri;
  }
}

/** The directory of a new output is there already; no output overwrites another. */
export class ArtifactExistsError extends StepdockError {
  override readonly code = "artifact_exists";
  readonly uri: string;
  readonly path: string;

  constructor(uri: string, path: string) {
    super(
      `Artifact ${uri} exists already at ${path}, and outputs are never overwritten. Use a new step run id.`,
    );
    this.uri = uri;
    this.path = path;
  }
}

/** A materializer does not take the value it was given, or wrote something that cannot be published. */
export class MaterializerError extends StepdockError {
  override readonly code = "materializer_failed";
  readonly materializer: string;

  constructor(materializer: string, problem: string, options?: ErrorOptions) {
    super(`Materializer '${materializer}' ${problem}`, options);
    this.materializer = materializer;
  }
}

/** No materializer has this name. */
export class UnknownMaterializerError extends StepdockError {
  override readonly code = "not_found";
  readonly materializer: string;
  readonly known: readonly string[];

  constructor(materializer: string, known: readonly string[]) {
    super(
      `There is no materializer '${materializer}'. Known are: ${known.join(", ")}, and 'auto' to choose by value.`,
    );
    this.materializer = materializer;
    this.known = known;
  }
}

export { OutputWriteError } from "./write-error.ts";
