import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCodeOf } from "./request-failure.ts";

/** An address at which a container engine may answer. */
export interface Endpoint {
  /** Who named it, in the user's words: `DOCKER_HOST`, `Docker context "colima"`, `Podman socket`. */
  readonly source: string;
  /** `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port`. */
  readonly url: string;
  /** Named by the user: no other engine may be taken in its stead. */
  readonly explicit: boolean;
  /** Present where the engine is to be spoken to over TLS. */
  readonly tls?: TlsOptions;
}

export interface TlsOptions {
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  readonly rejectUnauthorized: boolean;
}

/** Reads `ca.pem`, `cert.pem` and `key.pem` of a directory; each may be absent. */
export const readTlsFiles = async (
  directory: string,
): Promise<{ ca: Buffer | undefined; cert: Buffer | undefined; key: Buffer | undefined }> => {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readIfPresent(join(directory, name))),
  );
  return { ca, cert, key };
};

const readIfPresent = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
};
