import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Cancellable, ContainerEngine, ImageRecord } from "../docker/port.ts";
import { certificateFile, SKELETON } from "./base-image-files.ts";
import { type AssemblyHost, findProgram } from "./base-image-host.ts";
import { statPrint } from "./base-image-root.ts";

/**
 * A second tag of the image that was assembled from this machine's files as they are now, told from what the file
 * system says of them. To find it takes one request and no other program. Undefined where it cannot be told so.
 */
export const knownTag = async (host: AssemblyHost): Promise<string | undefined> => {
  if (host.platform !== "linux" || host.nodePath !== process.execPath) return undefined;
  const libraries = await mappedLibraries();
  const busybox = await findProgram(host, "busybox");
  if (!libraries || !busybox) return undefined;
  const certificates = (await certificateFile()) ?? "none";
  const files = [host.nodePath, busybox, ...libraries, ...(certificates === "none" ? [] : [certificates])];
  const stats = await Promise.all(files.map(statPrint));
  const print = hash(
    "sha256",
    JSON.stringify([host.architecture, host.nodeVersion, certificates, SKELETON, ...stats]),
  );
  return `${HERE}${print.slice(0, 24)}`;
};

const HERE = "stepdock/base:here-";

/**
 * Second tags that are not of this machine's files as they are now, of images that were given none since an instant. Each
 * installation of Node has one, and those of equal content name one image: while it is this installation's, they stay, up to
 * a number that nobody has. Where one that goes is still wanted, its files are hashed again, once.
 */
export const otherKnownTags = async (
  engine: ContainerEngine,
  host: AssemblyHost,
  before: Date,
): Promise<readonly { readonly tag: string; readonly image: ImageRecord }[]> => {
  const known = await knownTag(host);
  if (known === undefined) return [];
  const images = await engine.images.list({ [BASE_IMAGE_LABEL]: "1" });
  return images.flatMap((image) => {
    const others = image.tags.filter((tag) => tag.startsWith(HERE) && tag !== known);
    const mayGo = image.tags.includes(known)
      ? others.length > MOST_INSTALLATIONS
      : Date.parse(image.taggedAt) < before.getTime();
    return mayGo ? others.map((tag) => ({ tag, image })) : [];
  });
};

/** Of one version of Node, on one machine: where there are more, most are of checkouts that are gone. */
const MOST_INSTALLATIONS = 20;

/** On every image that was assembled here. */
export const BASE_IMAGE_LABEL = "dev.stepdock.base";

/** The image under that tag, with the tag that says what it is. */
export const knownImage = async (
  engine: ContainerEngine,
  host: AssemblyHost,
  options: Cancellable,
): Promise<{ readonly tag: string; readonly image: ImageRecord } | undefined> => {
  const known = await knownTag(host);
  const image = known && (await engine.images.inspect(known, options));
  const tag = image ? image.tags.find((each) => each.startsWith(assembledPrefix(host))) : undefined;
  return image && tag ? { tag, image } : undefined;
};

export const assembledPrefix = ({ nodeVersion }: AssemblyHost): string =>
  `stepdock/base:node-${nodeVersion}-`;

/** Of this process: Linux lists what it has loaded. */
const mappedLibraries = async (): Promise<string[] | undefined> => {
  const maps = await readFile("/proc/self/maps", "utf8").catch(() => undefined);
  if (maps === undefined) return undefined;
  return [...new Set([...maps.matchAll(/ (\/\S+\.so[.\d]*)$/gm)].map(([, path]) => path as string))].sort();
};
