import type { Flavor, StackComponentType } from "./component.ts";
import { commandOf, wordsOf } from "./component-words.ts";
import { DuplicateNameError, UnknownFlavorError } from "./errors.ts";
import type { ComponentServices } from "./services.ts";

/** A flavor of any component. */
export type AnyFlavor = Flavor<unknown, unknown, ComponentServices>;

/** Where a flavor, a component or a stack was declared. */
export type Source = "built-in" | "config" | "workspace";

/** A flavor that is known, though perhaps not loaded yet. */
export interface FlavorEntry {
  readonly type: StackComponentType;
  readonly name: string;
  readonly source: Source;
  /** Of a registered one: `path#Export`. */
  readonly place?: string;
  readonly load: () => AnyFlavor | Promise<AnyFlavor>;
}

/** The flavors by type and name. It imports none: `composition.ts` adds those that there are. */
export class FlavorRegistry {
  readonly #entries: FlavorEntry[] = [];

  add(entry: FlavorEntry): void {
    this.#entries.push(entry);
  }

  /** @throws UnknownFlavorError, which names the nearest; DuplicateNameError where several places have it */
  find(type: StackComponentType, name: string): FlavorEntry {
    const [entry, ...others] = this.list(type).filter((each) => each.name === name);
    if (!entry) throw new UnknownFlavorError(type, name, this.list(type));
    if (others.length > 0) {
      const sources = [entry, ...others].map(({ source }) => source);
      const command = `stepdock ${commandOf(type)} flavor delete ${name}`;
      throw new DuplicateNameError(`${wordsOf(type)} flavor`, name, sources, command);
    }
    return entry;
  }

  /** The same, loaded. */
  async get(type: StackComponentType, name: string): Promise<AnyFlavor> {
    return await this.find(type, name).load();
  }

  /** In the order they were added. */
  list(type: StackComponentType): FlavorEntry[] {
    return this.#entries.filter((entry) => entry.type === type);
  }
}
