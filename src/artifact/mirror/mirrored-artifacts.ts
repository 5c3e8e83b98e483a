import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import type { ArtifactVersion } from "../../model/index.ts";
import { hashOfEntries } from "../entries-hash.ts";
import { ArtifactDamagedError, ArtifactMissingError } from "../errors.ts";
import type { ArtifactStore, StoredArtifact } from "../port.ts";
import { removeTree } from "../remove-tree.ts";
import { explainWriteErrors } from "../write-error.ts";
import { download } from "./download.ts";
import { makeIncoming, removeOldIncoming } from "./incoming.ts";
import { Manifest } from "./manifest.ts";
import { artifactKey, manifestKey } from "./object-keys.ts";
import type { ObjectOptions, ObjectStore } from "./object-store.ts";
import { Receipts } from "./receipts.ts";
import { upload } from "./upload.ts";

export interface MirroredArtifactsOptions {
  readonly objects: ObjectStore;
  /** Of the copies. */
  readonly local: ArtifactStore;
  /** Of the local store. What is downloaded comes together here, under names that no step has. */
  readonly directory: string;
}

/** Brings artifacts from and to where they are kept. */
export class MirroredArtifacts {
  readonly #options: MirroredArtifactsOptions;
  readonly #receipts: Receipts;
  /** By URI: what several steps need at once is fetched by one after the other, of which the first brings it. */
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(options: MirroredArtifactsOptions) {
    this.#options = options;
    this.#receipts = new Receipts(join(options.directory, ".receipts"));
  }

  async check(options: ObjectOptions | undefined): Promise<void> {
    await removeOldIncoming(this.#options.directory);
    await this.#options.objects.check(options);
  }

  /** What a failed upload leaves is for the caller to remove: others may store the same artifact, as whoever imports it. */
  async store(artifact: StoredArtifact, options: ObjectOptions): Promise<void> {
    const { objects, local } = this.#options;
    const [key, directory] = [artifactKey(artifact.uri), local.path(artifact.uri)];
    await upload(objects, { artifact, key, directory }, options);
  }

  async verify(artifact: ArtifactVersion, { full = false, signal }: VerifyOptions): Promise<void> {
    const problem = await this.#problemOfCopy(artifact, { full, signal });
    if (!problem) return;
    if (full) return await this.#fetchAnew(artifact, problem, { full, signal });
    const { objects } = this.#options;
    if (!(await objects.has(manifestKey(artifactKey(artifact.uri)), { signal })))
      throw this.#absent(artifact, problem);
  }

  async fetch(artifact: ArtifactVersion, options: ObjectOptions): Promise<void> {
    const { uri } = artifact;
    // Each with its own signal: whoever gives up must not take it from the others, who find it there or begin anew.
    for (let other = this.#fetching.get(uri); other; other = this.#fetching.get(uri))
      await other.catch(() => {});
    options.signal?.throwIfAborted();
    const fetching = this.#fetch(artifact, options);
    this.#fetching.set(uri, fetching);
    await fetching.finally(() => this.#fetching.delete(uri));
  }

  /** The copy alone. */
  async discard(uri: string): Promise<void> {
    await this.#options.local.discard(uri);
    await this.#receipts.remove(uri);
  }

  /** The manifest first: without it there is no artifact, however much of it is left by whoever dies here. */
  async remove(uri: string): Promise<void> {
    const { objects } = this.#options;
    const key = artifactKey(uri);
    await objects.removeAll(manifestKey(key));
    await objects.removeAll(`${key}/`);
    // Last: until now, another process may have brought a copy.
    await this.discard(uri);
  }

  async #fetch(artifact: ArtifactVersion, options: ObjectOptions): Promise<void> {
    const problem = await this.#problemOfCopy(artifact, options);
    if (problem) await this.#fetchAnew(artifact, problem, options);
  }

  async #fetchAnew(artifact: ArtifactVersion, problem: CopyError, options: VerifyOptions): Promise<void> {
    const manifest = await this.#manifestOf(artifact, options);
    if (!manifest) throw this.#absent(artifact, problem);
    const { objects, directory } = this.#options;
    const [uri, key] = [artifact.uri, artifactKey(artifact.uri)];
    await explainWriteErrors(directory, async () => {
      await using incoming = await makeIncoming(directory);
      const content = join(incoming.path, "content");
      await mkdir(content);
      await download(objects, { uri, key, manifest, directory: content }, options);
      await this.#put(content, artifact, options);
    });
  }

  /** Takes the place of a copy that is damaged. A whole one, another process has brought meanwhile: its steps read that already. */
  async #put(content: string, artifact: ArtifactVersion, options: VerifyOptions): Promise<void> {
    const path = this.#options.local.path(artifact.uri);
    await mkdir(dirname(path), { recursive: true });
    do {
      const problem = await this.#problemOfCopy(artifact, options);
      if (!problem) return;
      if (problem instanceof ArtifactDamagedError) await removeTree(path);
    } while (!(await takesPlace(content, path)));
    const stamps = await this.#options.local.stamps(artifact.uri, artifact);
    await this.#receipts.write(artifact.uri, { contentHash: artifact.contentHash, stamps });
  }

  async #problemOfCopy(artifact: ArtifactVersion, options: VerifyOptions): Promise<CopyError | undefined> {
    try {
      await this.#options.local.verify(await this.#receipts.apply(artifact), options);
      return undefined;
    } catch (error) {
      if (error instanceof ArtifactDamagedError || error instanceof ArtifactMissingError) return error;
      throw error;
    }
  }

  async #manifestOf(artifact: ArtifactVersion, options: ObjectOptions): Promise<Manifest | undefined> {
    const { objects } = this.#options;
    const key = manifestKey(artifactKey(artifact.uri));
    const pieces = await objects.get(key, options);
    if (!pieces) return undefined;
    const manifest = parseManifest(await text(pieces));
    const actualHash = manifest && hashOfEntries(artifact.materializer, manifest.entries);
    const { uri, contentHash: expectedHash } = artifact;
    if (actualHash === expectedHash) return manifest;
    const problem = manifest
      ? `its files have the content hash ${actualHash}, but ${expectedHash} was published.`
      : "it is no manifest of an artifact.";
    throw new ArtifactDamagedError({ path: objects.place(key), uri, problem, expectedHash, actualHash });
  }

  /** Not there, either: a copy that is there tells more by what is wrong with it. */
  #absent({ uri }: ArtifactVersion, problem: CopyError): CopyError {
    if (problem instanceof ArtifactDamagedError) return problem;
    const { path } = problem;
    const elsewhere = this.#options.objects.place(manifestKey(artifactKey(uri)));
    return new ArtifactMissingError({ path, uri, place: `${elsewhere}, and no copy at ${path}` });
  }
}

type VerifyOptions = ObjectOptions & { readonly full?: boolean };

const IN_THE_WAY = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR"]);

/** Whether a directory was moved to its place; not where another is there by now. */
const takesPlace = async (directory: string, place: string): Promise<boolean> => {
  try {
    await rename(directory, place);
    return true;
  } catch (error) {
    if (IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
};

type CopyError = ArtifactDamagedError | ArtifactMissingError;

const parseManifest = (json: string): Manifest | undefined => {
  try {
    return z.parse(Manifest, JSON.parse(json));
  } catch {
    // Whatever is there instead: told with its place by the caller.
    return undefined;
  }
};
