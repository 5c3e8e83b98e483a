import { isStepdockError } from "../../errors/error.ts";
import { ArtifactStoreError } from "../store-error.ts";

/** Where objects are kept, for messages. */
export interface S3Place {
  /** Of the component. */
  readonly store: string;
  readonly bucket: string;
  /** `AWS, region eu-west-1`, or a URL. */
  readonly endpoint: string;
}

/** An S3 store cannot be reached, or refuses. */
export class S3ArtifactStoreError extends ArtifactStoreError {
  readonly store: string;
  readonly bucket: string;
  readonly endpoint: string;
  /** What the service or the system calls it: `NoSuchBucket`, `ECONNREFUSED`. */
  readonly reason: string;

  constructor({ store, bucket, endpoint }: S3Place, reason: string, told: string, cause: unknown) {
    super(`The artifact store "${store}" (bucket "${bucket}" at ${endpoint}) ${told}`, { cause });
    this.store = store;
    this.bucket = bucket;
    this.endpoint = endpoint;
    this.reason = reason;
  }
}

const KEYS =
  "Check accessKeyId and secretAccessKey of the component, or where they come from without: the environment, the AWS configuration";

/** What happened, and what to do next. */
const TOLD: Readonly<Record<string, string>> = {
  NoSuchBucket: "is not there: the service has no such bucket. Make it, or correct bucket or endpoint.",
  AccessDenied:
    "refuses access to these credentials. Allow them to list the bucket, and to read, write and delete its objects.",
  InvalidAccessKeyId: `does not know the access key. ${KEYS}.`,
  SignatureDoesNotMatch: `finds that the secret key does not belong to the access key. ${KEYS}.`,
  ExpiredToken: "finds the credentials expired. Get new ones (for instance `aws sso login`), and run again.",
  CredentialsProviderError:
    "has no credentials: neither the component nor the environment nor the AWS configuration names any. " +
    "Give accessKeyId and secretAccessKey as references such as {{secret.NAME}}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  PermanentRedirect: "is in another region. Give that region to the component.",
  AuthorizationHeaderMalformed: "is in another region. Give that region to the component.",
};

const UNREACHABLE =
  "cannot be reached: WHY. Check that the service runs and that this machine reaches it, or correct endpoint.";

/** An answer to HEAD has no words. */
const BY_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  403: "AccessDenied",
  404: "NoSuchBucket",
};

/** Anything that the client throws, as the error to tell; an abort as it is. */
export const explainS3 = (place: S3Place, error: unknown): unknown => {
  if (isStepdockError(error) || !(error instanceof Error) || error.name === "AbortError") return error;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const reason = reasonOf(error.name, $metadata?.httpStatusCode);
  const told = TOLD[reason];
  if (told) return new S3ArtifactStoreError(place, reason, told, error);
  const unheard = error.name === "TimeoutError" ? error.name : code;
  if (typeof unheard === "string" && $metadata?.httpStatusCode === undefined)
    return new S3ArtifactStoreError(place, unheard, UNREACHABLE.replace("WHY", whyOf(error)), error);
  if ($metadata?.httpStatusCode === undefined) return error;
  const answered = `answered ${reason}: ${whyOf(error)}. Run again; if it stays so, ask whoever runs that service.`;
  return new S3ArtifactStoreError(place, reason, answered, error);
};

const reasonOf = (name: string, status: number | undefined): string =>
  Object.hasOwn(TOLD, name) ? name : (BY_STATUS[status ?? 0] ?? name);

const whyOf = ({ message, errors }: Error & { errors?: readonly Error[] }): string =>
  (message || (errors ?? []).map((each) => each.message).join("; ") || "no answer").replace(/\.$/, "");
