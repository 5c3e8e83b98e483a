import { statSync } from "node:fs";
import { FlavorError } from "../stack/errors.ts";
import type { AnyFlavor } from "../stack/flavor-registry.ts";
import { asFlavor } from "../stack/is-flavor.ts";
import { didYouMean } from "../util/nearest.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";
import { loadModule } from "./load-module.ts";

/** The flavor that a module of the user's exports. `file` is absolute. @throws FlavorError, PipelineError */
export const loadFlavor = async (
  { file, exportName }: { readonly file: string; readonly exportName: string },
  places: { readonly projectRoot: string; readonly paths: WorkspacePaths },
): Promise<AnyFlavor> => {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new FlavorError(
      `There is no file ${file}, where the flavor "${exportName}" was to be. Name it as path#Export.`,
    );
  }
  const exports = await loadModule(file, places);
  if (!Object.hasOwn(exports, exportName)) throw noExport(file, exportName, Object.keys(exports));
  return asFlavor(exports[exportName], `${file}#${exportName}`);
};

const noExport = (file: string, name: string, names: readonly string[]): FlavorError =>
  new FlavorError(
    `${file} has no export "${name}". ` +
      (names.length === 0 ? "It has none." : `It has: ${names.join(", ")}.${didYouMean(name, names)}`),
  );
