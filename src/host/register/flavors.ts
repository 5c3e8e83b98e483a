import { relative, resolve, sep } from "node:path";
import type { House, Shelf } from "../../composition.ts";
import type { StackComponentType } from "../../stack/component.ts";
import { wordsOf } from "../../stack/component-words.ts";
import { FlavorError, InUseError, NameTakenError, UnknownFlavorError } from "../../stack/errors.ts";
import { checkName } from "../../stack/names.ts";
import type { Declared } from "../declared.ts";
import { loadFlavor } from "../load-flavor.ts";
import { ownOf } from "./own.ts";

type Shop = Pick<House, "declared" | "projectRoot" | "workspace">;

/**
 * Registers a flavor of the user's own in the workspace.
 *
 * @param place `path#Export`, relative to the working directory
 * @returns its name
 * @throws FlavorError where that is no flavor of the type, NameTakenError
 */
export const registerFlavor = async (
  house: Shop,
  type: StackComponentType,
  place: string,
): Promise<string> => {
  const { file, exportName } = placeOf(place);
  const { projectRoot, workspace } = house;
  const { paths } = workspace;
  const flavor = await loadFlavor({ file, exportName }, { projectRoot, paths });
  if (flavor.type !== type) throw FlavorError.ofOtherType(`${file}#${exportName}`, flavor.type, type);
  const { name } = flavor;
  checkName("a flavor", name);
  const declared = await house.declared();
  await workspace.registrations.change((present) => {
    refuseTaken(declared.with(present), type, name);
    const module = relative(paths.root, file).split(sep).join("/");
    return { put: "flavor", value: { type, name, module, exportName } };
  });
  return name;
};

const placeOf = (place: string): { file: string; exportName: string } => {
  const at = place.lastIndexOf("#");
  if (at < 1 || at === place.length - 1) {
    throw new FlavorError(
      `"${place}" names no flavor: write path#Export, for instance flavors/mine.ts#mineFlavor.`,
    );
  }
  return { file: resolve(place.slice(0, at)), exportName: place.slice(at + 1) };
};

const refuseTaken = ({ flavors }: Declared, type: StackComponentType, name: string): void => {
  const taken = flavors.list(type).find((each) => each.name === name);
  if (taken) throw new NameTakenError(`${wordsOf(type)} flavor`, name, taken.source);
};

/** Forgets a registered flavor. @throws InUseError, which names the components that are of it */
export const deleteFlavor = async (house: Shelf, type: StackComponentType, name: string): Promise<void> => {
  const declared = await house.declared();
  await house.workspace.registrations.change((present) => {
    const { flavors, catalog } = declared.with(present);
    const named = flavors.list(type).filter((each) => each.name === name);
    const what = `${wordsOf(type)} flavor`;
    if (!ownOf(what, named)) throw new UnknownFlavorError(type, name, flavors.list(type));
    const users = catalog.componentsOf(type).filter(({ flavor }) => flavor === name);
    if (users.length > 0 && named.length === 1) {
      throw InUseError.by(
        what,
        name,
        users.map((each) => `${wordsOf(type)} "${each.name}"`),
      );
    }
    return { remove: "flavor", type, name };
  });
};
