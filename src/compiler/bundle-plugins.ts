import { isBuiltin } from "node:module";
import { isAbsolute } from "node:path";
import type { Plugin } from "rolldown";
import { BARE, purityTransform } from "./purity-transform.ts";

/** The import of a package, as it travels from the first pass to the second. */
export interface PackageImport {
  readonly specifier: string;
  /** The file that it resolves to; empty for a package that was named external, installed here or not. */
  readonly file: string;
  /** Whether it was imported for its effect, `import "x"`. */
  readonly bare: boolean;
}

const PACKAGE = "stepdock-package:";

const encodePackage = ({ specifier, file, bare }: PackageImport) =>
  `${PACKAGE}${bare ? "bare" : "named"}:${encodeURIComponent(specifier)}:${file}`;

/** Reads what the first pass left in the place of a package's specifier. */
export function decodePackage(id: string): PackageImport | undefined {
  if (!id.startsWith(PACKAGE)) return undefined;
  const [bare, specifier, ...file] = id.slice(PACKAGE.length).split(":");
  return { bare: bare === "bare", specifier: decodeURIComponent(specifier ?? ""), file: file.join(":") };
}

/** Whether a resolved file is the user's own, also when a workspace link or a tsconfig path led there. */
export const isUserModule = (file: string): boolean => isAbsolute(file) && !file.includes("/node_modules/");

/** stepdock is a package even where its own checkout resolves it to a source file. */
export const isStepdock = (specifier: string): boolean => /^stepdock(\/|$)/.test(specifier);

/** Node's own modules, always with their prefix: `fs` and `node:fs` are one. */
export const builtinId = (specifier: string): string | undefined =>
  isBuiltin(specifier) ? `node:${specifier.replace(/^node:/, "")}` : undefined;

/** Serves one virtual module as the entry of a bundle. */
export const virtualEntry = (id: string, code: string): Plugin => ({
  name: "stepdock:entry",
  resolveId: { order: "pre", handler: (source) => (source === id ? id : null) },
  load: (source) => (source === id ? { code, moduleType: "js" } : null),
});

/**
 * Leaves every package out of the first pass, and with it those that only a neighbour of the step uses: an import
 * without effect of its own that nothing refers to is dropped.
 */
export const packagesApart = (isListed: (specifier: string) => boolean): Plugin => ({
  name: "stepdock:packages-apart",
  resolveId: {
    order: "pre",
    async handler(source, importer, options) {
      const bare = source.startsWith(BARE);
      const specifier = bare ? source.slice(BARE.length) : source;
      const builtin = builtinId(specifier);
      if (builtin) return { id: builtin, external: true, moduleSideEffects: bare };
      if (isListed(specifier)) return external({ specifier, bare, file: "" });
      const resolved = await this.resolve(specifier, importer, { ...options, skipSelf: true });
      if (!resolved || resolved.external || (isUserModule(resolved.id) && !isStepdock(specifier)))
        return resolved;
      return external({ specifier, bare, file: resolved.id });
    },
  },
});

const external = (found: PackageImport) => ({
  id: encodePackage(found),
  external: true,
  moduleSideEffects: found.bare,
});

/** Makes user modules shakeable; see {@link purityTransform}. */
export const purity = (): Plugin => ({
  name: "stepdock:purity",
  transform: {
    filter: { id: { include: /\.[cm]?[jt]sx?$/, exclude: /[/\\]node_modules[/\\]|^\0/ } },
    handler: (code, id) => (isAbsolute(id) ? purityTransform(code, id) : null),
  },
});
