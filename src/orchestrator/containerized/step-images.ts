import {
  type BuiltImage,
  bundlesOfInvocation,
  type ContainerImage,
  type DockerSettings,
  type Invocation,
  type PipelineSnapshot,
  type RunEventBody,
} from "../../model/index.ts";
import type { ContainerRegistry } from "../../stack/container-registry.ts";
import type { BundleFiles, EnvironmentPlan, ImageBuilder } from "../../stack/image-builder.ts";
import type { EnvironmentIdentity } from "../../step-launcher/port.ts";
import { canonicalJson } from "../../util/canonical.ts";
import { NotSupportedError } from "../base/errors.ts";
import { RegistryImages, type WantedImage } from "./registry-images.ts";
import { withServices } from "./service-identity.ts";

export interface StepImagesOptions {
  readonly builder: ImageBuilder;
  /** Present: the images are kept there, and named by digest. */
  readonly registry?: ContainerRegistry | undefined;
  readonly snapshot: PipelineSnapshot;
  readonly bundles: ReadonlyMap<string, { readonly code: string }>;
  /** What every image gets besides the bundles of its steps. */
  readonly extras?: BundleFiles | undefined;
  /** One image for all steps, which then have to have the same docker settings. */
  readonly whole?: boolean | undefined;
  readonly emit: (event: RunEventBody) => void | Promise<void>;
  /** Images that an interrupted run had settled on, by invocation: what is resumed goes on with them. */
  readonly known?: ReadonlyMap<string, BuiltImage>;
  /** Called with each image that is there. */
  readonly onBuilt?: (built: ImageOfInvocations) => Promise<void>;
}

export interface ImageOfInvocations {
  readonly image: BuiltImage;
  readonly invocations: readonly string[];
}

/** One image for all invocations of a snapshot that have the same docker settings. */
interface ImageGroup {
  readonly settings: DockerSettings;
  readonly externals: readonly string[];
  /** Present: container steps that share an image. */
  readonly container?: ContainerImage | undefined;
  readonly invocations: readonly Invocation[];
}

/** The images of one run: planned at once, built when the first step needs one that is not cached. */
export class StepImages {
  readonly #options: StepImagesOptions;
  readonly #groups = new Map<string, ImageGroup>();
  readonly #groupOf = new Map<string, ImageGroup>();
  readonly #plans = new Map<ImageGroup, Promise<EnvironmentPlan>>();
  readonly #references = new Map<ImageGroup, Promise<string>>();
  readonly #images = new Map<ImageGroup, Promise<BuiltImage>>();
  readonly #inRegistry: RegistryImages | undefined;

  constructor(options: StepImagesOptions) {
    this.#options = options;
    const { builder, registry } = options;
    this.#inRegistry = registry && new RegistryImages(builder, registry);
    const invocations = Object.values(options.snapshot.invocations);
    const byKey = Map.groupBy(invocations, options.whole ? settingsKey : groupKey);
    if (options.whole && byKey.size > 1) throw differentSettings([...byKey.values()]);
    for (const [key, members] of byKey) this.#addGroup(key, members);
  }

  get groups(): readonly ImageGroup[] {
    return [...this.#groups.values()];
  }

  async environmentOf(invocation: Invocation): Promise<EnvironmentIdentity> {
    const { key, ingredients } = await this.planOf(invocation);
    const { builder, emit } = this.#options;
    return await withServices({ key, ingredients }, invocation, async (image) => {
      const onOutput = (line: string) => void emit({ event: "build_output", image, line });
      return (await builder.planContainer({ image }, { onOutput })).key;
    });
  }

  planOf(invocation: Invocation): Promise<EnvironmentPlan> {
    const { builder, emit } = this.#options;
    return memoised(this.#plans, this.#group(invocation), ({ settings, externals, container }) => {
      const image = container?.image ?? "parent image";
      const progress = { onOutput: (line: string) => void emit({ event: "build_output", image, line }) };
      return container
        ? builder.planContainer(container, progress)
        : builder.planEnvironment(settings, externals, progress);
    });
  }

  /** What the image of an invocation is or will be called. */
  referenceOf(invocation: Invocation): Promise<string> {
    return memoised(this.#references, this.#group(invocation), async (group) => {
      const plan = await this.planOf(invocation);
      return this.#options.builder.imageReference(plan, [...this.#bundles(group).keys()]);
    });
  }

  /**
   * Asks the stack's registry, where it has one, for the images of these invocations; then begins them, all at once. What
   * fails by then is told to whoever asks for the image; `signal` is the one that ends the work, so it is the run's.
   *
   * @throws RegistryError where it is down or refuses: before any step is begun
   */
  async begin(invocations: readonly Invocation[], signal: AbortSignal): Promise<void> {
    const groups = new Set(invocations.map((invocation) => this.#group(invocation)));
    await Promise.all([...groups].map((group) => this.#lookUp(group, signal)));
    for (const invocation of invocations) this.imageOf(invocation, signal).catch(() => {});
  }

  imageOf(invocation: Invocation, signal: AbortSignal): Promise<BuiltImage> {
    return memoised(this.#images, this.#group(invocation), (group) => this.#build(group, signal));
  }

  /** Another image for an invocation whose `image` somebody removed. All who miss the same one get the same. */
  async imageInsteadOf(image: BuiltImage, invocation: Invocation, signal: AbortSignal): Promise<BuiltImage> {
    const group = this.#group(invocation);
    const known = this.#images.get(group);
    if ((await known) === image && this.#images.get(group) === known) {
      this.#images.delete(group);
      const message = this.#inRegistry ? fetchedAgain(image.reference) : builtAgain(image.reference);
      await this.#options.emit({ event: "warning", message });
    }
    return await this.imageOf(invocation, signal);
  }

  #addGroup(key: string, invocations: readonly Invocation[]): void {
    const [first] = invocations;
    if (!first) return;
    const settings = first.settings.docker ?? {};
    const container = containerImageOf(first);
    const group = { settings, container, externals: externalsOf(invocations), invocations };
    this.#groups.set(key, group);
    const known = this.#options.known?.get(first.id);
    if (known) this.#plans.set(group, Promise.resolve(planFrom(known, group)));
    for (const { id } of invocations) this.#groupOf.set(id, group);
  }

  #group({ id }: Invocation): ImageGroup {
    const group = this.#groupOf.get(id);
    if (!group) throw new TypeError(`invocation ${id} belongs to no image`);
    return group;
  }

  #bundles({ invocations }: ImageGroup): BundleFiles {
    const hashes = new Set(invocations.flatMap(bundlesOfInvocation));
    const { bundles, extras = [] } = this.#options;
    return new Map([...[...bundles].filter(([hash]) => hashes.has(hash)), ...extras]);
  }

  async #lookUp(group: ImageGroup, signal: AbortSignal): Promise<void> {
    if (this.#inRegistry) await this.#inRegistry.find(await this.#wanted(group), { signal });
  }

  async #wanted(group: ImageGroup): Promise<WantedImage> {
    const [first] = group.invocations;
    if (!first) throw new TypeError("an image of no invocation");
    const known = this.#options.known?.get(first.id);
    return { plan: await this.planOf(first), bundles: this.#bundles(group), known };
  }

  async #build(group: ImageGroup, signal: AbortSignal): Promise<BuiltImage> {
    const { builder, emit } = this.#options;
    const wanted = await this.#wanted(group);
    const { plan, bundles } = wanted;
    const image = builder.imageReference(plan, [...bundles.keys()]);
    const begun = performance.now();
    await emit({ event: "build_started", image, invocations: group.invocations.map(({ id }) => id) });
    const onOutput = (line: string) => void emit({ event: "build_output", image, line });
    const progress = { signal, onOutput };
    const { image: built, reused } = this.#inRegistry
      ? await this.#inRegistry.ensure(wanted, progress)
      : await builder.ensureImage(plan, bundles, progress);
    await emit({ event: "build_finished", image, reused, durationMs: Math.round(performance.now() - begun) });
    const made = { ...built, ingredients: { ...plan.ingredients } };
    await this.#options.onBuilt?.({ image: made, invocations: group.invocations.map(({ id }) => id) });
    return made;
  }
}

const builtAgain = (reference: string): string =>
  `Image ${reference} was removed by someone else while it was needed; it is built again.`;

const fetchedAgain = (reference: string): string =>
  `Image ${reference} was removed by someone else while it was needed; it is fetched again.`;

const planFrom = (
  image: BuiltImage,
  { settings, container }: Pick<ImageGroup, "settings" | "container">,
): EnvironmentPlan => ({
  key: image.environmentKey,
  parentImage: image.parentImage,
  ingredients: image.ingredients ?? {},
  settings,
  container,
});

const settingsKey = ({ settings, container }: Invocation): string =>
  canonicalJson([(settings.docker ?? {}) as never, container !== undefined]);

const differentSettings = ([one, other]: readonly (readonly Invocation[])[]): NotSupportedError =>
  new NotSupportedError(
    `The whole pipeline is to run in one image, but "${one?.[0]?.id}" and "${other?.[0]?.id}" have different ` +
      "settings.docker. Give all steps the same, best on the pipeline.",
  );

const groupKey = (invocation: Invocation): string => {
  const container = containerImageOf(invocation);
  if (container) return canonicalJson({ container: container as never });
  const { settings, externals } = invocation;
  return canonicalJson({ docker: (settings.docker ?? {}) as never, externals });
};

/** What of a container step its image depends on. */
const containerImageOf = ({ container }: Invocation): ContainerImage | undefined => {
  if (!container) return undefined;
  const { image, build } = container;
  return build ? { build } : { image };
};

const externalsOf = (invocations: readonly Invocation[]): string[] =>
  [...new Set(invocations.flatMap(({ externals }) => externals))].sort();

const memoised = <K, V>(cache: Map<K, Promise<V>>, key: K, make: (key: K) => Promise<V>): Promise<V> => {
  const known = cache.get(key);
  if (known) return known;
  const made = make(key);
  cache.set(key, made);
  return made;
};
