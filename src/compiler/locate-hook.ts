import type { LoadedModules, StepLocation } from "./locate-step.ts";

type Func = (...args: never[]) => unknown;

interface Candidate extends StepLocation {
  readonly value: Func;
}

/**
 * Finds the export that is this function. Among copies it is the one with the same name and the same code; modules of
 * `last` are evaluated only if no other has it, as one of them may be the program itself.
 */
export const locateHook = async (
  hook: Func,
  modules: LoadedModules,
  last: ReadonlySet<string>,
): Promise<StepLocation | undefined> => {
  const matches = modules.areCopies ? isLike : isSame;
  for (const sources of [
    modules.sources.filter((source) => !last.has(source)),
    modules.sources.filter((source) => last.has(source)),
  ]) {
    const found = await candidates(sources, modules, (value) => matches(value, hook));
    if (found.length > 0) return await choose(found, hook);
  }
  return undefined;
};

const candidates = async (
  sources: readonly string[],
  modules: LoadedModules,
  matches: (value: unknown) => value is Func,
): Promise<Candidate[]> => {
  const found: Candidate[] = [];
  for (const module of sources) {
    for (const [exportName, value] of Object.entries(await modules.exportsOf(module))) {
      // What a later module exports again is the same function.
      if (matches(value) && !found.some((each) => each.value === value))
        found.push({ module, exportName, value });
    }
  }
  return found;
};

const isSame = (value: unknown, hook: Func): value is Func => value === hook;

const isLike = (value: unknown, hook: Func): value is Func =>
  typeof value === "function" && value.name === hook.name && value.length === hook.length;

/** Several modules may have a hook of one name. */
const choose = async (found: readonly Candidate[], hook: Func): Promise<Candidate | undefined> => {
  if (found.length === 1) return found[0];
  const { minifySync } = await import("rolldown/utils");
  /** The code as it is whoever has removed its types. */
  const canonical = (func: Func): string => {
    const { code, errors } = minifySync("hook.js", `export default (${func})`);
    return errors.length > 0 ? String(func) : code;
  };
  const text = canonical(hook);
  const same = found.filter(({ value }) => canonical(value) === text);
  return same.length === 1 ? same[0] : undefined;
};
