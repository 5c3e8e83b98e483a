import type { House, Shelf } from "../../composition.ts";
import { assembleStack } from "../../stack/assemble.ts";
import { namesIn, type StackComponents } from "../../stack/catalog.ts";
import { InUseError, NameTakenError, UnknownStackError } from "../../stack/errors.ts";
import { checkName } from "../../stack/names.ts";
import { checkRequired } from "../../stack/stack-validator.ts";
import type { Declared } from "../declared.ts";
import { ownOf } from "./own.ts";

type Shop = Pick<House, "declared" | "services" | "workspace">;

/** Registers a stack in the workspace. @throws NameTakenError, UnknownComponentError, StackValidationError */
export const registerStack = async (
  house: Shop,
  name: string,
  components: StackComponents,
): Promise<void> => {
  checkName("a stack", name);
  const declared = await house.declared();
  refuseTaken(declared, name);
  const stack = { name, components, source: "workspace" } as const;
  checkRequired(await assembleStack(stack, { ...declared, services: house.services }));
  await house.workspace.registrations.change((present) => {
    const now = declared.with(present);
    refuseTaken(now, name);
    for (const [type, component] of namesIn(components)) now.catalog.component(type, component);
    return { put: "stack", value: { name, components } };
  });
};

const refuseTaken = ({ catalog }: Declared, name: string): void => {
  const taken = catalog.stacks.find((each) => each.name === name);
  if (taken) throw new NameTakenError("stack", name, taken.source);
};

/** Makes a stack the active one: that of runs that name none. @throws UnknownStackError */
export const activateStack = async (house: Shop, name: string): Promise<void> => {
  const declared = await house.declared();
  await house.workspace.registrations.change((present) => {
    declared.with(present).catalog.stack(name);
    return { activate: name };
  });
};

/** Deletes a registered stack; its components stay. @throws InUseError where it is the active one */
export const deleteStack = async (house: Shelf, name: string): Promise<void> => {
  const declared = await house.declared();
  await house.workspace.registrations.change((present) => {
    const { catalog, active } = declared.with(present);
    const named = catalog.stacks.filter((each) => each.name === name);
    const names = catalog.stacks.map((each) => each.name);
    if (!ownOf("stack", named)) throw new UnknownStackError(name, names);
    if (active.name === name && named.length === 1) throw InUseError.active(name);
    return { remove: "stack", name };
  });
};
