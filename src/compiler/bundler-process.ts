import { flushCompileCache } from "node:module";
import type { BundlerAnswer, BundlerRequest } from "./bundler-messages.ts";

/** Bundles for the process that forked this one, which is told when that one is gone. See `BundlerChild`. */

const answer = async (request: BundlerRequest): Promise<unknown> => {
  const { CompileCache } = await import("./cache/compile-cache.ts");
  const store = { ...request.places, cache: new CompileCache(request.places.compiled) };
  if (request.what === "step")
    return (await import("./cache/step-cache.ts")).keepStep(request.options, store);
  return (await import("./cache/module-cache.ts")).keepModules(request.options, store);
};

const settle = async (request: BundlerRequest): Promise<BundlerAnswer> => {
  try {
    return { id: request.id, value: await answer(request) };
  } catch (error) {
    const { tellError } = await import("./bundler-messages.ts");
    return { id: request.id, fault: tellError(error) };
  }
};

// Where all processes of a service are told to end, the other one does so in its own time, and this one with it.
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", async (request: BundlerRequest) => {
  const told = await settle(request);
  if (process.connected) process.send?.(told);
  // It is killed when it is done, before Node would do so.
  flushCompileCache();
});
if (!process.connected) process.exit();
