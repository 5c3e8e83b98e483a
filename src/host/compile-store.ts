import { CompileCache } from "../compiler/cache/compile-cache.ts";
import type { CompileStore } from "../compiler/cache/step-cache.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";

/** What a workspace keeps of earlier compilations, for one more. */
export const compileStore = ({ bundles, compiled }: WorkspacePaths): CompileStore => ({
  ...{ bundles, compiled },
  cache: new CompileCache(compiled),
});
