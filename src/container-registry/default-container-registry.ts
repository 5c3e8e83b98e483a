import * as z from "zod/mini";
import { parseReference, registryOf } from "../docker/image-reference.ts";
import type { RegistryLogin, RegistryOptions } from "../docker/port.ts";
import { type ComponentIdentity, type Flavor, StackComponent } from "../stack/component.ts";
import type {
  ContainerRegistry,
  FetchProgress,
  PushProgress,
  RegistryImage,
} from "../stack/container-registry.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import { resolveReference, secretReference } from "../stack/secret-reference.ts";
import type { ComponentServices } from "../stack/services.ts";

const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST = "(?:localhost|[A-Za-z0-9-]+(?=:)|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+)(?::[0-9]{1,5})?";

export const DefaultContainerRegistryConfig = z
  .strictObject({
    /** `host[:port][/path]`, without a scheme. */
    uri: z
      .string()
      .check(
        z.regex(
          new RegExp(`^${HOST}(?:/${PATH_PART})*$`),
          "it takes host[:port][/path], the path in small letters: ghcr.io/acme, 127.0.0.1:5000/team",
        ),
      ),
    /** The one repository of all images, below the path: some registries want it made beforehand. */
    repository: z._default(z.string().check(z.regex(new RegExp(`^${PATH_PART}$`))), "stepdock"),
    /** With `password`; without both, what the Docker CLI would present. A name, or `{{secret.NAME}}`. */
    username: z.optional(z.string().check(z.minLength(1))),
    password: z.optional(secretReference()),
  })
  .check(
    z.refine(
      ({ username, password }) => (username === undefined) === (password === undefined),
      "username and password go together",
    ),
  );
export type DefaultContainerRegistryConfig = z.infer<typeof DefaultContainerRegistryConfig>;

/** What a registry may use of the house. */
export type ContainerRegistryServices = Pick<ComponentServices, "engine" | "secrets">;

/**
 * Any registry that speaks OCI's distribution protocol; ZenML's `DefaultContainerRegistry`. All images are tags of one
 * repository: registries that make none by themselves need but one, and no layer is in two.
 */
export class DefaultContainerRegistry
  extends StackComponent<DefaultContainerRegistryConfig>
  implements ContainerRegistry
{
  readonly type = "container_registry";
  readonly flavor = "default";
  readonly #services: ContainerRegistryServices;
  #architecture: Promise<string> | undefined;

  constructor(
    identity: ComponentIdentity<DefaultContainerRegistryConfig>,
    services: ContainerRegistryServices,
  ) {
    super(identity);
    this.#services = services;
  }

  get uri(): string {
    return this.config.uri;
  }

  async find(name: string, progress: BuildProgress = {}): Promise<string | undefined> {
    const reference = await this.#referenceOf(name);
    const { images } = await this.#services.engine();
    const digest = await images.digestInRegistry(reference, this.#asked(reference, progress));
    return digest === undefined ? undefined : `${this.#repository}@${digest}`;
  }

  async push(name: string, { source = name, ...progress }: PushProgress = {}): Promise<RegistryImage> {
    const reference = await this.#referenceOf(name);
    const { images } = await this.#services.engine();
    const before = await images.inspect(reference, progress);
    await images.tag(source, reference, progress);
    try {
      return await images.push(reference, this.#asked(reference, progress));
    } catch (error) {
      // Not of one that it had: with the last tag of a repository go the digests that the image is known by.
      // And the refusal is what to tell, also where the name then stays.
      if (!before) await images.remove(reference).catch(() => {});
      throw error;
    }
  }

  async fetch(reference: string, { name, ...progress }: FetchProgress = {}): Promise<string> {
    const { images } = await this.#services.engine();
    const present = await images.inspect(reference, progress);
    if (present) return present.id;
    const { id } = await images.pull(reference, this.#asked(reference, progress));
    // What has no tag counts as rubbish: `docker image prune` would take it.
    const isHere = parseReference(reference).name === this.#repository;
    if (isHere && name !== undefined) await images.tag(reference, await this.#referenceOf(name), progress);
    return id;
  }

  get #repository(): string {
    return `${this.uri}/${this.config.repository}`;
  }

  /**
   * `stepdock/step:0123` → `host/path/stepdock:step-0123-amd64`. The architecture is part of it: a name is made of what
   * went in, and an engine of another one makes another image of it.
   */
  async #referenceOf(name: string): Promise<string> {
    const { name: repository, tag = "latest" } = parseReference(name);
    const kind = repository.slice(repository.lastIndexOf("/") + 1);
    this.#architecture ??= this.#services.engine().then(async (engine) => (await engine.info()).architecture);
    return `${this.#repository}:${kind}-${tag}-${await this.#architecture}`;
  }

  #asked(reference: string, progress: BuildProgress): RegistryOptions {
    const isHere = registryOf(reference) === registryOf(this.#repository);
    return { ...progress, login: isHere ? this.#login() : undefined };
  }

  #login(): RegistryLogin | undefined {
    const { username, password } = this.config;
    if (username === undefined || password === undefined) return undefined;
    const neededBy = `container registry "${this.name}"`;
    const resolve = (text: string) => resolveReference(text, this.#services.secrets, neededBy);
    return { username: resolve(username), password: resolve(password) };
  }
}

export const defaultContainerRegistryFlavor: Flavor<
  DefaultContainerRegistry,
  DefaultContainerRegistryConfig,
  ContainerRegistryServices
> = {
  name: "default",
  type: "container_registry",
  configSchema: DefaultContainerRegistryConfig,
  create: (identity, services) => new DefaultContainerRegistry(identity, services),
};
