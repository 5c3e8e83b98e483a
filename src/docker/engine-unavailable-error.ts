import { StepdockError } from "../errors/error.ts";
import type { Endpoint } from "./endpoint.ts";
import { type FailureKind, failureKindOf, failureText } from "./ping-failure.ts";

/** One place where an engine was looked for, and why none was found there. */
export interface EngineAttempt {
  readonly source: string;
  readonly endpoint: string;
  readonly cause: unknown;
}

/** No container engine answers. */
export class EngineUnavailableError extends StepdockError {
  readonly code = "engine_unavailable";
  readonly tried: readonly EngineAttempt[];

  constructor(tried: readonly EngineAttempt[], named?: Endpoint) {
    const telling = mostTelling(tried);
    super(messageOf(tried, telling, named), { cause: telling?.cause });
    this.tried = tried;
  }
}

const messageOf = (
  tried: readonly EngineAttempt[],
  telling: EngineAttempt | undefined,
  named: Endpoint | undefined,
): string => {
  const kind = failureKindOf(telling?.cause);
  const places = tried.map(
    ({ source, endpoint, cause }) => `  ${source} (${endpoint}): ${failureText(cause)}`,
  );
  return [`${HEADLINE[kind]} Tried:`, ...places, wayOut(kind, telling, named)].join("\n");
};

/** In the order of how much each says: a socket that exists tells more than nine that do not. */
const BY_WEIGHT: readonly FailureKind[] = [
  "tls",
  "forbidden",
  "timeout",
  "hung_up",
  "refused",
  "other",
  "absent",
];

const mostTelling = (tried: readonly EngineAttempt[]): EngineAttempt | undefined =>
  BY_WEIGHT.flatMap((kind) => tried.filter(({ cause }) => failureKindOf(cause) === kind))[0];

const HEADLINE: Readonly<Record<FailureKind, string>> = {
  absent: "No container engine was found.",
  refused: "The container engine is not running.",
  forbidden: "You may not use the container engine.",
  tls: "The container engine's TLS connection failed.",
  timeout: "The container engine does not answer.",
  hung_up: "The container engine hung up.",
  other: "The container engine cannot be used.",
};

const wayOut = (kind: FailureKind, at: EngineAttempt | undefined, named: Endpoint | undefined): string => {
  if (kind === "forbidden") return FORBIDDEN;
  if (kind === "tls") return tlsWayOut(at);
  if (kind === "hung_up" && overNetwork(at)) return `${HANGS_UP} ${tlsWayOut(at)}`;
  return named === undefined
    ? START
    : `Start that engine, or name another: ${named.source} excludes all others.`;
};

const START =
  "Start Docker (`sudo systemctl start docker`, or Docker Desktop) or Podman (`systemctl --user start podman.socket`), or name an engine with DOCKER_HOST.";

const FORBIDDEN =
  "Add your user to the docker group (`sudo usermod -aG docker $USER`, then log in anew), or use a rootless engine and name its socket with DOCKER_HOST.";

const overNetwork = (at: EngineAttempt | undefined): boolean => /^(?:tcp|https?):/.test(at?.endpoint ?? "");

const HANGS_UP =
  "An engine that asks for TLS does so where a client speaks without it, or has no certificate that it accepts.";

const tlsWayOut = (at: EngineAttempt | undefined): string =>
  at?.source === "DOCKER_HOST"
    ? "DOCKER_TLS_VERIFY=1 asks for TLS; DOCKER_CERT_PATH is the directory of the ca.pem, cert.pem and key.pem that this engine accepts."
    : `See with \`docker context inspect\` that ${at?.source ?? "it"} has the certificates that this engine accepts.`;
