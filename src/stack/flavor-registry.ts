import type { Flavor, StackComponentType } from "./component.ts";
import { FlavorError, UnknownFlavorError } from "./errors.ts";
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
  readonly path?: string;
  readonly load: () => AnyFlavor | Promise<AnyFlavor>;
}

/** The flavors by type and name. It imports none: `composition.ts` adds those that there are. */
export class FlavorRegistry {
  readonly #entries = new Map<string, FlavorEntry>();

  /** @throws FlavorError where there is one of that type and name */
  add(entry: FlavorEntry): void {
    const key = keyOf(entry.type, entry.name);
    const other = this.#entries.get(key);
    if (other) throw FlavorError.taken(entry, other.source);
    this.#entries.set(key, entry);
  }

  /** @throws UnknownFlavorError, which names the nearest */
  async get(type: StackComponentType, name: string): Promise<AnyFlavor> {
    const entry = this.#entries.get(keyOf(type, name));
    if (!entry) throw new UnknownFlavorError(type, name, this.list(type));
    return await entry.load();
  }

  /** In the order they were added. */
  list(type: StackComponentType): FlavorEntry[] {
    return [...this.#entries.values()].filter((entry) => entry.type === type);
  }
}

const keyOf = (type: StackComponentType, name: string): string => `${type} ${name}`;
