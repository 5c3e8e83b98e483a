import { resolve } from "node:path";
import type { Registered, RegisteredFlavor } from "../metadata/registrations.ts";
import { type ComponentRecord, StackCatalog, type StackRecord } from "../stack/catalog.ts";
import type { StackComponentType } from "../stack/component.ts";
import { commandOf } from "../stack/component-words.ts";
import { FlavorError } from "../stack/errors.ts";
import { type FlavorEntry, FlavorRegistry, type Source } from "../stack/flavor-registry.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";

/** What is there without anybody's doing. */
export interface BuiltIns {
  readonly flavors: readonly FlavorEntry[];
  readonly components: readonly ComponentRecord[];
  readonly stacks: readonly StackRecord[];
  /** The stack of those who chose none. */
  readonly stack: string;
}

/** Everything that is declared for a project and its workspace. */
export interface Declared {
  readonly catalog: StackCatalog;
  readonly flavors: FlavorRegistry;
  /** The stack of runs that name none, and who chose it. */
  readonly active: { readonly name: string; readonly source: Source };
  /** The same, where something else is registered in the workspace. */
  with(registered: Registered): Declared;
}

interface Places {
  readonly projectRoot: string;
  readonly paths: WorkspacePaths;
}

/** Gathers what is built in, in `stepdock.config.ts`, and registered in the workspace. */
export const readDeclared = async (
  { paths, registrations }: Pick<Workspace, "paths" | "registrations">,
  projectRoot: string,
  builtIns: BuiltIns,
): Promise<Declared> => {
  const places = { projectRoot, paths };
  const config = await readConfigFile(places);
  const declare = (registered: Registered): Declared => ({
    flavors: flavorsOf(builtIns, config, registered.flavors.map(flavorEntry(places))),
    catalog: catalogOf(builtIns, config, registered),
    active: activeOf(registered.activeStack, config.stack, builtIns.stack),
    with: declare,
  });
  return declare(await registrations.read());
};

const flavorsOf = (
  builtIns: BuiltIns,
  { flavors }: ConfigFile,
  registered: readonly FlavorEntry[],
): FlavorRegistry => {
  const registry = new FlavorRegistry();
  const own = flavors.map((flavor): FlavorEntry => {
    return { type: flavor.type, name: flavor.name, source: "config", load: () => flavor };
  });
  for (const entry of [...builtIns.flavors, ...own, ...registered]) registry.add(entry);
  return registry;
};

const catalogOf = (builtIns: BuiltIns, config: ConfigFile, registered: Registered): StackCatalog => {
  const source: Source = "workspace";
  const components = registered.components.map((each): ComponentRecord => {
    return { ...each, source, type: each.type as StackComponentType };
  });
  const stacks = registered.stacks.map((each): StackRecord => ({ ...each, source }));
  return new StackCatalog({
    components: [...builtIns.components, ...config.components, ...components],
    stacks: [...builtIns.stacks, ...config.stacks, ...stacks],
  });
};

const activeOf = (
  set: string | undefined,
  config: string | undefined,
  builtIn: string,
): Declared["active"] => {
  if (set !== undefined) return { name: set, source: "workspace" };
  return config === undefined ? { name: builtIn, source: "built-in" } : { name: config, source: "config" };
};

/** Its module is loaded only when a component of it is made. */
const flavorEntry =
  (places: Places) =>
  ({ type, name, module, exportName }: RegisteredFlavor): FlavorEntry => {
    const file = resolve(places.paths.root, module);
    const place = `${file}#${exportName}`;
    return {
      ...{ type: type as StackComponentType, name, source: "workspace", place },
      load: async () => {
        const { loadFlavor } = await import("./load-flavor.ts");
        const flavor = await loadFlavor({ file, exportName }, places);
        if (flavor.type === type && flavor.name === name) return flavor;
        throw new FlavorError(
          `${place} was registered as the flavor "${name}", and is the flavor "${flavor.name}" of another kind now. ` +
            `Delete it (stepdock ${commandOf(type as StackComponentType)} flavor delete ${name}), and register it again.`,
        );
      },
    };
  };
