import { MaterializerError } from "../artifact/errors.ts";
import { typeOf } from "../artifact/materializers/describe.ts";
import {
  BUILT_IN_MATERIALIZERS,
  builtInRegistry,
  createMaterializerRegistry,
  type MaterializerRegistry,
} from "../artifact/materializers/registry.ts";
import type { Materializer } from "../artifact/port.ts";
import { type OwnMaterializer, ownMaterializer } from "../pipeline/materializer.ts";
import type { StepDefinition } from "../pipeline/step.ts";

/** In characters: it is a few lines in a database. */
const LONGEST_PREVIEW = 4000;

/** The built-in materializers, and those that the step's inputs and outputs name. */
export const registryOf = ({
  inputs,
  outputs,
}: Pick<StepDefinition, "inputs" | "outputs">): MaterializerRegistry => {
  const own = new Map<string, OwnMaterializer>();
  for (const schema of [...Object.values(inputs), ...Object.values(outputs)]) {
    const materializer = ownMaterializer(schema);
    if (!materializer) continue;
    const other = own.get(materializer.name);
    if (other && other !== materializer) throw new MaterializerError(materializer.name, TWICE);
    own.set(materializer.name, materializer);
  }
  if (own.size === 0) return builtInRegistry;
  // After the built-in ones, of which the last takes everything: it is found by its name alone.
  return createMaterializerRegistry([...BUILT_IN_MATERIALIZERS, ...[...own.values()].map(asMaterializer)]);
};

const TWICE = "is there twice in one step. Give one of them another name.";

const asMaterializer = (own: OwnMaterializer): Materializer => ({
  name: own.name,
  accepts: (value): value is unknown => own.accepts?.(value) ?? true,
  save: async (value, directory) => await own.save(value, directory),
  load: async (directory) => await own.load(directory),
  metadata: (value) => ({
    ...own.metadata?.(value),
    ...(own.preview ? { preview: own.preview(value).slice(0, LONGEST_PREVIEW) } : {}),
  }),
  typeOf,
});
