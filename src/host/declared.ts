import { resolve } from "node:path";
import type { RegisteredFlavor } from "../metadata/registrations.ts";
import { type ComponentRecord, StackCatalog, type StackRecord } from "../stack/catalog.ts";
import type { StackComponentType } from "../stack/component.ts";
import { commandOf } from "../stack/component-words.ts";
import { FlavorError } from "../stack/errors.ts";
import { type FlavorEntry, FlavorRegistry, type Source } from "../stack/flavor-registry.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { readConfigFile } from "./config-file.ts";

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
}

/** Gathers what is built in, in `stepdock.config.ts`, and registered in the workspace. */
export const readDeclared = async (
  { paths, registrations }: Pick<Workspace, "paths" | "registrations">,
  projectRoot: string,
  builtIns: BuiltIns,
): Promise<Declared> => {
  const config = await readConfigFile({ projectRoot, paths });
  const registered = await registrations.read();
  const flavors = new FlavorRegistry();
  for (const entry of builtIns.flavors) flavors.add(entry);
  for (const flavor of config.flavors) {
    flavors.add({ type: flavor.type, name: flavor.name, source: "config", load: () => flavor });
  }
  for (const each of registered.flavors) flavors.add(flavorEntry(each, { projectRoot, paths }));
  const mine = { source: "workspace" as const };
  return {
    flavors,
    catalog: new StackCatalog({
      components: [
        ...builtIns.components,
        ...config.components,
        ...registered.components.map((each) => ({ ...each, ...mine, type: each.type as StackComponentType })),
      ],
      stacks: [
        ...builtIns.stacks,
        ...config.stacks,
        ...registered.stacks.map((each) => ({ ...each, ...mine })),
      ],
    }),
    active: activeOf(registered.activeStack, config.stack, builtIns.stack),
  };
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
const flavorEntry = (
  { type, name, module, exportName }: RegisteredFlavor,
  places: { readonly projectRoot: string; readonly paths: WorkspacePaths },
): FlavorEntry => {
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
