import type { BundlerChild } from "../compiler/bundler-child.ts";
import { CompileCache } from "../compiler/cache/compile-cache.ts";
import type { CompileStore } from "../compiler/cache/step-cache.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";

/** What a workspace keeps of earlier compilations, for one more; with a process that bundles what is missing. */
export const compileStore = ({ bundles, compiled }: WorkspacePaths): CompileStore & AsyncDisposable => {
  let child: Promise<BundlerChild> | undefined;
  const bundler = () => (child ??= startChild({ bundles, compiled }));
  return {
    ...{ bundles, compiled, cache: new CompileCache(compiled) },
    bundler: {
      modules: async (options) => (await bundler()).modules(options),
      step: async (options) => (await bundler()).step(options),
    },
    [Symbol.asyncDispose]: async () => (await child)?.[Symbol.asyncDispose](),
  };
};

const startChild = async (places: Pick<WorkspacePaths, "bundles" | "compiled">): Promise<BundlerChild> => {
  const { BundlerChild } = await import("../compiler/bundler-child.ts");
  return new BundlerChild(places);
};
