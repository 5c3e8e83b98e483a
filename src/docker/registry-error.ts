import { StepdockError } from "../errors/error.ts";
import { DOCKER_HUB, parseReference, registryOf } from "./image-reference.ts";
import { engineWords } from "./request-failure.ts";

/** Why a registry did not do what it was asked for. */
export type RegistryRefusal =
  | "unauthorized"
  | "denied"
  | "unreachable"
  | "tls"
  | "name_unknown"
  | "read_only"
  | "no_registry"
  | "full"
  | "other";

/** A registry that is down, is none, or refuses what a run needs of it. Nothing was changed there. */
export class RegistryError extends StepdockError {
  readonly code = "registry_refused";
  /** Its host name, with the port if it has one. */
  readonly registry: string;
  /** With its registry, without tag and digest. */
  readonly repository: string;
  readonly reference: string;
  readonly reason: RegistryRefusal;

  /** @param operation what was asked of it, as a verb phrase: `push image` */
  constructor(operation: string, reference: string, cause: unknown) {
    const words = engineWords(cause).replace(/\.$/, "");
    const registry = registryName(reference);
    const repository = parseReference(reference).name;
    const reason = refusalOf(words);
    const said = words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS)}…` : words;
    super(
      `Cannot ${operation} ${reference} (registry ${registry}, repository ${repository}): ` +
        `${CAUSES[reason]} (${said}). ${WAYS_OUT[reason](registry, repository)}`,
      { cause },
    );
    this.registry = registry;
    this.repository = repository;
    this.reference = reference;
    this.reason = reason;
  }
}

/** Of a page that answers in the place of a registry, there is no end. */
const MOST_WORDS = 300;

const registryName = (reference: string): string => {
  const registry = registryOf(reference);
  return registry === DOCKER_HUB ? "docker.io" : registry;
};

/** By the engine's words, which hand on those of the registry; its status says nothing more. */
const refusalOf = (words: string): RegistryRefusal =>
  WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? "other";

const WORDS: readonly (readonly [RegExp, RegistryRefusal])[] = [
  [/x509:|HTTP response to HTTPS client|tls: /i, "tls"],
  [
    /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|network is unreachable|Client\.Timeout|handshake timeout|context deadline exceeded|proxyconnect|\bEOF$/i,
    "unreachable",
  ],
  [/denied|forbidden|insufficient.scope|HTTP status: 403|HTTP 403/i, "denied"],
  [/unauthorized|authentication required|no basic auth|incorrect username|HTTP status: 401/i, "unauthorized"],
  [/HTTP 405|method not allowed|read.only|operation is unsupported|HTTP status: 405/i, "read_only"],
  [/name unknown|name_unknown|repository .*(?:not found|does not exist)|name invalid/i, "name_unknown"],
  [/no space left|quota|HTTP status: 507|too large|HTTP status: 413/i, "full"],
  [/error parsing HTTP 404|unexpected HTTP status: (?:404|501)|invalid character '<'/i, "no_registry"],
];

const CAUSES: Readonly<Record<RegistryRefusal, string>> = {
  unauthorized: "it wants a login, or another one",
  denied: "the login that was used may not do this",
  unreachable: "it cannot be reached",
  tls: "the engine does not trust its connection",
  name_unknown: "it has no such repository, and makes none",
  read_only: "it takes no images: it is read-only",
  no_registry: "what answers there is no image registry",
  full: "it takes no more",
  other: "it did not do it",
};

const WAYS_OUT: Readonly<Record<RegistryRefusal, (registry: string, repository: string) => string>> = {
  unauthorized: (registry) =>
    `Log in with \`docker login ${registry}\`, or give the stack's container registry a username and a password.`,
  denied: (registry, repository) =>
    `Have it allowed to write to ${repository}, log in as someone else with \`docker login ${registry}\`, or give the stack's container registry another uri.`,
  unreachable: (registry) =>
    `See whether ${registry} runs and whether the engine, not only this process, reaches it; or correct the uri of the stack's container registry.`,
  tls: (registry) =>
    `Give the engine the registry's authority (/etc/docker/certs.d/${registry}/ca.crt); one that speaks plain HTTP has to be in the engine's "insecure-registries".`,
  name_unknown: (_, repository) =>
    `Make the repository ${repository} there, or correct the uri of the stack's container registry.`,
  read_only: () =>
    "Have it take images again, or name another in the uri of the stack's container registry; a proxy cache takes none.",
  no_registry: () => "Correct the uri of the stack's container registry.",
  full: () => "Make room there: have old images removed, or its limit raised.",
  other: () => "The registry's own log says more.",
};
