import { type OutputChunk, type PartialResolvedId, type Plugin, type RolldownLog, rolldown } from "rolldown";
import { commonOptions, filesReadBy } from "./bundle-options.ts";
import { isUnbundlable, packageName, packageOf } from "./bundle-packages.ts";
import { builtinId, decodePackage, type PackageImport, virtualEntry } from "./bundle-plugins.ts";
import type { PrunedGraph, PrunedModule } from "./bundle-prune.ts";

/** A bare import that stays an import, as its package cannot be bundled. */
export interface ExternalImport {
  readonly specifier: string;
  readonly package: string;
}

export interface LinkedBundle {
  readonly chunk: OutputChunk;
  readonly externals: readonly ExternalImport[];
  readonly warnings: readonly string[];
  /** Absolute paths of the files of packages that were read. */
  readonly read: readonly string[];
}

type IsListed = (specifier: string) => boolean;

/** The second pass: pruned user modules and the packages that they still import, in one file. */
export async function linkStep(graph: PrunedGraph, root: string, isListed: IsListed): Promise<LinkedBundle> {
  const externals = new Map<string, ExternalImport>();
  const logs: RolldownLog[] = [];
  await using bundle = await rolldown({
    ...commonOptions(root),
    input: graph.entry,
    plugins: [
      virtualEntry(graph.entry, graph.modules.get(graph.entry)?.code ?? ""),
      prunedModules(graph),
      packages(graph, { isListed, onExternal: (found) => void externals.set(found.specifier, found) }),
    ],
    onLog: (level, log) => void (level === "warn" && logs.push(log)),
  });
  const { output } = await bundle.generate({
    format: "esm",
    codeSplitting: false,
    comments: false,
    sourcemap: "hidden",
  });
  const used = new Set([...output[0].imports, ...output[0].dynamicImports]);
  return {
    chunk: output[0],
    externals: [...externals.values()].filter(({ specifier }) => used.has(specifier)),
    warnings: logs.filter(isUnresolved).map(unresolvedWarning),
    read: (await filesReadBy(bundle)).filter((file) => !graph.modules.has(file)),
  };
}

const isUnresolved = ({ code }: RolldownLog) => code === "UNRESOLVED_IMPORT";

const unresolvedWarning = ({ exporter, id }: RolldownLog) =>
  `The package ${(id && packageOf(id)?.name) ?? "?"} imports ${exporter ?? "a module"}, which is not installed; ` +
  "the step fails if it gets there. Install it, or ignore this if it is optional.";

const prunedModules = ({ modules }: PrunedGraph): Plugin => ({
  name: "stepdock:pruned",
  resolveId: {
    order: "pre",
    handler: (source, importer) => (importer && modules.get(importer)?.targets.get(source)) || null,
  },
  load(id) {
    const module = modules.get(id);
    return module
      ? { code: module.code, map: module.map ?? null, moduleType: "js", moduleSideEffects: true }
      : null;
  },
});

interface PackageOptions {
  readonly isListed: IsListed;
  readonly onExternal: (found: ExternalImport) => void;
}

/** Resolves what packages are imported, by the user's modules and by one another; native ones stay imports. */
function packages({ modules }: PrunedGraph, { isListed, onExternal }: PackageOptions): Plugin {
  const effects = new Set([...modules.values()].flatMap(bareFiles));
  const external = (specifier: string): PartialResolvedId => {
    onExternal({ specifier, package: packageName(specifier) });
    return { id: specifier, external: true };
  };
  return {
    name: "stepdock:packages",
    resolveId: {
      order: "pre",
      filter: { id: /^[^./\0#]/ },
      async handler(source, importer, options) {
        const found: PackageImport = decodePackage(source) ?? {
          specifier: source,
          file: source,
          bare: false,
        };
        const builtin = builtinId(found.specifier);
        if (builtin) return { id: builtin, external: true, moduleSideEffects: effects.has(builtin) };
        if (isListed(found.specifier)) return external(found.specifier);
        const resolved = await this.resolve(found.file, importer, { ...options, skipSelf: true });
        const owner = resolved && !resolved.external && packageOf(resolved.id);
        if (owner && isUnbundlable(owner)) return external(found.specifier);
        return resolved && effects.has(resolved.id) ? { ...resolved, moduleSideEffects: true } : resolved;
      },
    },
  };
}

/** The packages' files that a module imports for their effect: those stay, whatever their manifests say. */
const bareFiles = ({ code }: PrunedModule): string[] =>
  [...code.matchAll(/^import "([^"]+)"/gm)].flatMap(([, specifier = ""]) => {
    const found = decodePackage(specifier);
    if (found) return found.bare ? [found.file] : [];
    return specifier.startsWith("node:") ? [specifier] : [];
  });
