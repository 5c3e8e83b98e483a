import { createHash } from "node:crypto";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { OutputChunk } from "rolldown";
import { BundleError, toBundleError } from "./bundle-errors.ts";
import { type ExternalImport, linkStep } from "./bundle-link.ts";
import { orderImports } from "./bundle-order.ts";
import { packageName, packageOf } from "./bundle-packages.ts";
import { type PrunedGraph, pruneUserModules } from "./bundle-prune.ts";
import { parseStatements } from "./bundle-syntax.ts";
import { placeWarnings } from "./bundle-warnings.ts";

export interface BundleStepOptions {
  /** Absolute path of the module that defines the step, not of one that re-exports it. */
  readonly module: string;
  /** The name it is exported as there; `default` is one. */
  readonly exportName: string;
  readonly projectRoot: string;
  /** What the export is, as errors name it. Default: a step. */
  readonly what?: string;
  /** Names of packages that are to stay imports, beside those that cannot be bundled. */
  readonly externals?: readonly string[];
}

/** The code of one step and of what it reaches, in one ES module that exports the step as `step`. */
export interface StepBundle {
  readonly code: string;
  /** SHA-256 of `code`, hexadecimal: the identity of the step's code. */
  readonly codeHash: string;
  /** Source map as JSON; its sources are relative to the project root. `code` does not mention it. */
  readonly map: string;
  /** User modules, and directories of packages, of which something is in it; relative to the project root. */
  readonly modules: readonly string[];
  /** Imports that are left in it. */
  readonly externals: readonly ExternalImport[];
  readonly warnings: readonly string[];
}

/**
 * Bundles one step, so that the same bytes run on the host and in its container. The hash is of exactly what the step
 * can reach: user modules are first shaken alone, then bundled with the packages that they still import. Top-level
 * statements, top-level `await`, and `let` or `var` with an initialiser that may have effects stay, reached or not.
 *
 * @throws {BundleError} on a syntax error, an import that does not resolve, or a missing export
 */
export async function bundleStep(options: BundleStepOptions): Promise<StepBundle> {
  return (await bundleStepAndInputs(options)).bundle;
}

/** The same, with the absolute paths of all files that were read for it. */
export async function bundleStepAndInputs(
  options: BundleStepOptions,
): Promise<{ readonly bundle: StepBundle; readonly read: readonly string[] }> {
  const { module, exportName, projectRoot, what = "step" } = options;
  const subject = `${what} "${exportName}" of ${relative(projectRoot, module)}`;
  const listed = new Set(options.externals);
  const isListed = (specifier: string) => listed.has(packageName(specifier));
  try {
    const graph = orderImports(
      await pruneUserModules({ module, exportName, projectRoot, subject, isListed }),
      projectRoot,
    );
    const { chunk, externals, warnings, read } = await linkStep(graph, projectRoot, isListed);
    const bundle = {
      ...toBundle(chunk, projectRoot),
      modules: modulesOf(chunk, graph, projectRoot),
      externals,
      warnings: [...userWarnings(graph, projectRoot), ...warnings],
    };
    return { bundle, read: [...new Set([...graph.read, ...read])] };
  } catch (error) {
    throw error instanceof BundleError ? error : toBundleError(error, subject, projectRoot);
  }
}

function toBundle(chunk: OutputChunk, root: string): Pick<StepBundle, "code" | "codeHash" | "map"> {
  return {
    code: chunk.code,
    codeHash: createHash("sha256").update(chunk.code).digest("hex"),
    map: relativeMap(chunk, root),
  };
}

function modulesOf(chunk: OutputChunk, { modules }: PrunedGraph, root: string): string[] {
  const own = [...modules.values()].filter(({ id, code }) => isAbsolute(id) && definesAnything(code));
  const packages = Object.keys(chunk.modules).flatMap((file) => packageOf(file)?.directory ?? []);
  return [...new Set([...own.map(({ id }) => id), ...packages])].map((file) => posix(root, file)).sort();
}

/** Whether a pruned module does more than to pass on what it imports. */
const definesAnything = (code: string): boolean =>
  parseStatements("pruned.js", code).some(({ type }) => !/^(Import|Export\w+)Declaration$|^Empty/.test(type));

const posix = (root: string, file: string): string => relative(root, file).split(sep).join("/");

function relativeMap({ map }: OutputChunk, root: string): string {
  const sources = map?.sources.map((source) => posix(root, resolve(root, "dist", source)));
  return JSON.stringify({ version: 3, names: map?.names, sources, mappings: map?.mappings });
}

const userWarnings = ({ modules }: PrunedGraph, root: string): string[] =>
  [...modules.values()].flatMap((module) => placeWarnings(module, root));
