import { basename } from "node:path";
import { mapStack } from "../../compiler/map-stack.ts";

/** Points frames in step bundles, wherever those lie, at the user's sources. */
export const stackMapper =
  (bundles: ReadonlyMap<string, { readonly map: string }>, projectRoot: string) =>
  (stack: string): string =>
    mapStack(stack, (file) => {
      const bundle = bundles.get(basename(file, ".mjs"));
      return bundle && { map: bundle.map, root: projectRoot };
    });
