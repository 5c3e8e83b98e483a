import { ImageNotFoundError } from "../docker/image-not-found-error.ts";
import type { BuildOptions, ContainerEngine, ImageRecord } from "../docker/port.ts";
import { BaseImageError } from "./base-image-error.ts";
import { type AssemblyHost, thisHost } from "./base-image-host.ts";
import { knownImage, knownTag } from "./base-image-known.ts";
import { type AssemblyPlan, planAssembly } from "./base-image-plan.ts";
import { packRoot } from "./base-image-root.ts";

export const PREFERRED_BASE_IMAGE = "node:24-slim";
/** An engine without a network may wait long for a name server: milliseconds until the registry must have answered. */
const REGISTRY_ANSWER_LIMIT = 10_000;
const TOO_LATE = `no answer within ${REGISTRY_ANSWER_LIMIT / 1000} s`;

export interface BaseImage {
  readonly reference: string;
  /** Whether it was made here, from this machine's Node, rather than pulled. */
  readonly assembled: boolean;
  readonly image: ImageRecord;
}

export interface BaseImageOptions extends BuildOptions {
  readonly preferred?: string;
  readonly host?: AssemblyHost;
}

/**
 * A base image with Node that the engine has when this resolves: the preferred one if it is there or can be pulled,
 * else one assembled from this machine's Node, its libraries and busybox, named by its content. An assembled one is
 * used again without asking a registry. Rejects with `BaseImageError` where neither can be had.
 */
export const ensureBaseImage = async (
  engine: ContainerEngine,
  options: BaseImageOptions = {},
): Promise<BaseImage> => {
  const { preferred = PREFERRED_BASE_IMAGE, host = thisHost(), signal } = options;
  const [present, known] = await Promise.all([
    engine.images.inspect(preferred, { signal }),
    knownImage(engine, host, { signal }),
  ]);
  if (present) return { reference: preferred, assembled: false, image: present };
  if (known) return { reference: known.tag, assembled: true, image: known.image };
  const plan = await planAssembly(engine, host, { signal });
  if ("tag" in plan && plan.present) return await assembledAs(engine, plan.tag, plan.present, options);
  const pulled = await pull(engine, preferred, options);
  if (!(pulled instanceof Error)) return { reference: preferred, assembled: false, image: pulled };
  if ("obstacle" in plan) throw new BaseImageError(preferred, plan.obstacle, { cause: pulled });
  return await assemble(engine, plan, options, pulled);
};

const assemble = async (
  engine: ContainerEngine,
  { tag, entries, changes }: AssemblyPlan,
  options: BaseImageOptions,
  refusal: Error,
): Promise<BaseImage> => {
  const { host = thisHost(), signal, onOutput } = options;
  const image = await engine.images.import(packRoot(entries), tag, changes, { signal });
  onOutput?.(`${reasonOf(refusal)}: assembled ${tag} from this machine's Node v${host.nodeVersion}`);
  return await assembledAs(engine, tag, image, options);
};

/** Tagged so that it is found at once the next time. */
const assembledAs = async (
  engine: ContainerEngine,
  reference: string,
  image: ImageRecord,
  { host = thisHost(), signal }: BaseImageOptions,
): Promise<BaseImage> => {
  const known = await knownTag(host);
  if (known) await engine.images.tag(image.id, known, { signal });
  return { reference, assembled: true, image };
};

/** The image once the engine has it, else why not. Only the caller's own signal makes it reject. */
const pull = async (
  engine: ContainerEngine,
  reference: string,
  { onOutput, signal }: BaseImageOptions,
): Promise<ImageRecord | Error> => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), REGISTRY_ANSWER_LIMIT);
  const answered = (line: string): void => {
    clearTimeout(timer);
    onOutput?.(line);
  };
  try {
    const either = AbortSignal.any([limit.signal, ...(signal ? [signal] : [])]);
    return await engine.images.pull(reference, { signal: either, onOutput: answered });
  } catch (error) {
    if (signal?.aborted) throw error;
    return limit.signal.aborted
      ? new ImageNotFoundError(reference, "unreachable", TOO_LATE)
      : (error as Error);
  } finally {
    clearTimeout(timer);
  }
};

const reasonOf = (refusal: Error): string =>
  refusal instanceof ImageNotFoundError && refusal.reason === "unreachable"
    ? "no registry can be reached"
    : refusal.message;
