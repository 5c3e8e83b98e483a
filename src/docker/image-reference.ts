/** The parts of an image reference, as Docker reads them. */
export interface ImageReference {
  /** With its registry, without tag and digest: `ghcr.io/acme/app`, `node`. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

/** `localhost:5000/app:1@sha256:…` → name, tag, digest. A colon before the last slash is a port. */
export const parseReference = (reference: string): ImageReference => {
  const [named = "", digest] = reference.split("@", 2);
  const colon = named.lastIndexOf(":");
  return colon > named.lastIndexOf("/")
    ? { name: named.slice(0, colon), tag: named.slice(colon + 1), digest }
    : { name: named, tag: undefined, digest };
};

/** The form that the engine finds an image by: one with both tag and digest is known by its digest alone. */
export const inspectableReference = (reference: string): string => {
  const { name, digest } = parseReference(reference);
  return digest === undefined ? reference : `${name}@${digest}`;
};

/** What to pull: without a tag the engine would take every tag that the repository has. */
export const pullSource = (reference: string): { fromImage: string; tag: string } => {
  const { name, tag, digest } = parseReference(reference);
  return { fromImage: name, tag: digest ?? tag ?? "latest" };
};

/** Docker Hub's address in the settings of the Docker CLI. */
export const DOCKER_HUB = "https://index.docker.io/v1/";

/** The registry that holds the image, as its credentials are filed: a host name, or `DOCKER_HUB`. */
export const registryOf = (reference: string): string => {
  const [first = "", rest] = splitOnce(parseReference(reference).name, "/");
  const isHost = rest !== undefined && (/[.:]/.test(first) || first === "localhost");
  return isHost && !/^(?:index\.)?docker\.io$/.test(first) ? first : DOCKER_HUB;
};

/** As engines write it in `RepoDigests`: `docker.io/library/node` → `node`. */
export const familiarName = (name: string): string =>
  name.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");

const splitOnce = (text: string, separator: string): [string, string?] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};
