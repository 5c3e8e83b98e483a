import type { House, Shelf } from "../../composition.ts";
import type { RegisteredComponent } from "../../metadata/registrations.ts";
import type { Json } from "../../model/index.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { configKeys, settleConfig } from "../../stack/component-config.ts";
import { commandOf, wordsOf } from "../../stack/component-words.ts";
import {
  ComponentConfigError,
  InUseError,
  NameTakenError,
  UnknownComponentError,
} from "../../stack/errors.ts";
import type { AnyFlavor } from "../../stack/flavor-registry.ts";
import { checkName } from "../../stack/names.ts";
import type { Declared } from "../declared.ts";
import { ownOf } from "./own.ts";
import { keyOf, readSettings } from "./settings.ts";

/** A component, by type and name. */
export interface ComponentName {
  readonly type: StackComponentType;
  readonly name: string;
}

type Settings = ReadonlyMap<string, string>;
type Shop = Pick<House, "declared" | "workspace">;

/**
 * Registers a component in the workspace. Settings are as a person writes them: JSON, or text.
 *
 * @throws NameTakenError, NameError, UnknownFlavorError, ComponentConfigError
 */
export const registerComponent = async (
  house: Shop,
  { type, name, flavor: flavorName }: ComponentName & { readonly flavor: string },
  settings: Settings,
): Promise<void> => {
  checkName("a component", name);
  const declared = await house.declared();
  refuseTaken(declared, { type, name });
  const flavor = await declared.flavors.get(type, flavorName);
  const component = { type, name, flavor: flavorName, config: readSettings(flavor, settings) };
  settleConfig(flavor, component);
  await house.workspace.registrations.change((present) => {
    refuseTaken(declared.with(present), { type, name });
    return { put: "component", value: component };
  });
};

const refuseTaken = ({ catalog }: Declared, { type, name }: ComponentName): void => {
  const [taken] = catalog.componentsOf(type).filter((each) => each.name === name);
  if (!taken) return;
  const hint =
    taken.source === "workspace"
      ? `Change it with \`stepdock ${commandOf(type)} update ${name}\`, or choose another name.`
      : undefined;
  throw new NameTakenError(wordsOf(type), name, taken.source, hint);
};

/** Changes settings of a registered component; `unset` gives them back their defaults. */
export const updateComponent = async (
  house: Shelf,
  { type, name }: ComponentName,
  { settings, unset = [] }: { readonly settings: Settings; readonly unset?: readonly string[] },
): Promise<void> => {
  const declared = await house.declared();
  const flavor = await declared.flavors.get(type, ownComponent(declared, { type, name }).flavor);
  const changed = readSettings(flavor, settings);
  await house.workspace.registrations.change((present) => {
    const { flavor: of, config } = ownComponent(declared.with(present), { type, name });
    const kept = without(config, unset, { flavor, type, name });
    const value = { type, name, flavor: of, config: { ...kept, ...changed } } as RegisteredComponent;
    settleConfig(flavor, { ...value, type });
    return { put: "component", value };
  });
};

const without = (
  config: Readonly<Record<string, unknown>>,
  unset: readonly string[],
  { flavor, ...of }: ComponentName & { readonly flavor: AnyFlavor },
): Record<string, Json> => {
  const keys = configKeys(flavor);
  const gone = unset.map((written) => keyOf(written, keys));
  const unknown = gone.find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw ComponentConfigError.unknownKey({ ...of, flavor: flavor.name }, unknown, keys);
  return Object.fromEntries(Object.entries(config).filter(([key]) => !gone.includes(key))) as Record<
    string,
    Json
  >;
};

/** Deletes a registered component. @throws InUseError, which names the stacks that have it */
export const deleteComponent = async (house: Shelf, { type, name }: ComponentName): Promise<void> => {
  const declared = await house.declared();
  await house.workspace.registrations.change((present) => {
    const now = declared.with(present);
    ownComponent(now, { type, name });
    const others = now.catalog.componentsOf(type).filter((each) => each.name === name).length > 1;
    const users = others ? [] : now.catalog.stacksWith(type, name);
    if (users.length > 0) {
      throw InUseError.by(
        wordsOf(type),
        name,
        users.map((stack) => `stack "${stack}"`),
      );
    }
    return { remove: "component", type, name };
  });
};

const ownComponent = ({ catalog }: Declared, { type, name }: ComponentName) => {
  const all = catalog.componentsOf(type);
  const named = all.filter((each) => each.name === name);
  const own = ownOf(wordsOf(type), named);
  if (own) return own;
  throw new UnknownComponentError(
    type,
    name,
    all.map((each) => each.name),
  );
};
