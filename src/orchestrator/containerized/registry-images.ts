import { ImageNotFoundError } from "../../docker/image-not-found-error.ts";
import type { BuiltImage } from "../../model/index.ts";
import type { ContainerRegistry } from "../../stack/container-registry.ts";
import type { BuildProgress, BundleFiles, EnvironmentPlan, ImageBuilder } from "../../stack/image-builder.ts";

/** An image that a run needs. */
export interface WantedImage {
  readonly plan: EnvironmentPlan;
  readonly bundles: BundleFiles;
  /** What an interrupted run had settled on. */
  readonly known?: BuiltImage | undefined;
}

interface Supplied {
  readonly image: BuiltImage;
  readonly reused: boolean;
}

/** Where the stack has a registry: makes an image once, keeps it there, and names it by its digest. */
export class RegistryImages {
  readonly #builder: ImageBuilder;
  readonly #registry: ContainerRegistry;
  readonly #found = new Map<string, Promise<string | undefined>>();

  constructor(builder: ImageBuilder, registry: ContainerRegistry) {
    this.#builder = builder;
    this.#registry = registry;
  }

  /**
   * Looks an image up; for a run that is resumed, in its own records. Asked once.
   *
   * @throws RegistryError where the registry is down or refuses
   */
  async find(wanted: WantedImage, progress: BuildProgress): Promise<string | undefined> {
    const { settings } = wanted.plan;
    const name = this.#nameOf(wanted);
    let found = this.#found.get(name);
    if (!found) {
      const known = wanted.known?.reference;
      found = known?.includes("@") ? Promise.resolve(known) : this.#registry.find(name, progress);
      this.#found.set(name, found);
      found.catch(() => this.#found.delete(name));
    }
    const reference = await found;
    return settings.preventBuildReuse ? undefined : reference;
  }

  /** The image by digest, which the engine and a registry have when this resolves. */
  async ensure(wanted: WantedImage, progress: BuildProgress): Promise<Supplied> {
    const reference = await this.find(wanted, progress);
    const imageId = reference && (await this.#fetch(reference, wanted, progress));
    if (reference && imageId) return { image: imageOf(wanted, reference, imageId), reused: true };
    const { plan, bundles } = wanted;
    const { image, reused, origin } = await this.#builder.ensureImage(plan, bundles, progress);
    const byDigest = origin ?? (await this.#push(wanted, image.reference, progress));
    return { image: { ...image, reference: byDigest }, reused };
  }

  async #push(wanted: WantedImage, source: string, progress: BuildProgress): Promise<string> {
    const begun = performance.now();
    const name = this.#nameOf(wanted);
    const { reference, layers } = await this.#registry.push(name, { ...progress, source });
    const { pushed, present } = layers;
    const took = Math.round(performance.now() - begun);
    progress.onOutput?.(`Pushed ${reference} in ${took} ms: ${pushed} of ${pushed + present} layers.`);
    this.#found.set(name, Promise.resolve(reference));
    return reference;
  }

  /** Undefined where the registry does not have any more what it had: then it is made again. */
  async #fetch(reference: string, wanted: WantedImage, progress: BuildProgress): Promise<string | undefined> {
    try {
      return await this.#registry.fetch(reference, { ...progress, name: this.#nameOf(wanted) });
    } catch (error) {
      if (!(error instanceof ImageNotFoundError) || error.reason === "unreachable") throw error;
      progress.onOutput?.(`${error.message} It is made again.`);
      return undefined;
    }
  }

  /** By content: one that is named otherwise has a name of somebody else's, which may come to mean anything. */
  #nameOf({ plan, bundles }: WantedImage): string {
    const isAsItIs = plan.container?.image !== undefined || plan.settings.skipBuild;
    return isAsItIs
      ? `stepdock/image:${plan.key.slice(0, TAG_DIGITS)}`
      : this.#builder.imageReference(plan, [...bundles.keys()]);
  }
}

const TAG_DIGITS = 24;

const imageOf = ({ plan }: WantedImage, reference: string, imageId: string): BuiltImage => ({
  ...{ reference, imageId, environmentKey: plan.key, parentImage: plan.parentImage },
});
