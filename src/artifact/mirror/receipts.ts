import { hash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { type ArtifactVersion, FileStamp } from "../../model/index.ts";
import { replaceFile } from "../../util/write-atomic.ts";

const Receipt = z.object({ contentHash: z.string(), stamps: z.array(FileStamp) });

/**
 * The file status of artifacts that were fetched, as it was when their content was checked: that in an artifact's record is
 * of the machine that made it. Steps cannot write here.
 */
export class Receipts {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(uri: string, receipt: z.infer<typeof Receipt>): Promise<void> {
    const path = this.#path(uri);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, JSON.stringify(receipt));
  }

  /** The artifact with the file status that it has on this machine, as far as there is a receipt. */
  async apply(artifact: ArtifactVersion): Promise<ArtifactVersion> {
    const receipt = await this.#read(artifact.uri);
    if (receipt?.contentHash !== artifact.contentHash) return artifact;
    return { ...artifact, stamps: receipt.stamps };
  }

  async remove(uri: string): Promise<void> {
    await rm(this.#path(uri), { force: true });
  }

  /** What cannot be read is none: then the content is. */
  async #read(uri: string): Promise<z.infer<typeof Receipt> | undefined> {
    try {
      return z.parse(Receipt, JSON.parse(await readFile(this.#path(uri), "utf8")));
    } catch {
      return undefined;
    }
  }

  #path(uri: string): string {
    return join(this.#directory, `${hash("sha256", uri)}.json`);
  }
}
