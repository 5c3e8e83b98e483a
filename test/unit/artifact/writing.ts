import { createMaterializerRegistry } from "../../../src/artifact/materializers/registry.ts";
import { textMaterializer } from "../../../src/artifact/materializers/text.ts";

/** A materializer that writes as told: what a user's own may do. */
export const writing = (save: (directory: string) => Promise<unknown>) => {
  const own = {
    ...textMaterializer,
    name: "own",
    save: async (_value: string, at: string) => void (await save(at)),
  };
  return { materializer: "own", registry: createMaterializerRegistry([own]) };
};
