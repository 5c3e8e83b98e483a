import { type Dirent, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";

/** A package that an import leads to: its name, and the directory that it is installed in. */
export interface InstalledPackage {
  readonly name: string;
  readonly directory: string;
}

/** The name of the package in a bare specifier: `zod/v4` is of `zod`, `@a/b/c` of `@a/b`. */
export const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** The installed package that holds `file`, or nothing for a file of the user's own. */
export function packageOf(file: string): InstalledPackage | undefined {
  const at = file.lastIndexOf("/node_modules/");
  if (at === -1) return undefined;
  const inside = file.slice(at + "/node_modules/".length);
  const name = packageName(inside);
  return { name, directory: join(file.slice(0, at), "node_modules", name) };
}

const Manifest = z.object({
  gypfile: z.optional(z.unknown()),
  napi: z.optional(z.unknown()),
  binary: z.optional(z.unknown()),
  dependencies: z._default(z.record(z.string(), z.unknown()), {}),
  optionalDependencies: z._default(z.record(z.string(), z.unknown()), {}),
});

const LOADERS = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "prebuild-install",
  "@mapbox/node-pre-gyp",
];
const PLATFORM = /(linux|darwin|win32|freebsd|android)-(x64|arm64|arm|ia32|riscv64|s390x|ppc64)/;
const known = new Map<string, boolean>();

/**
 * Whether a package cannot be put into a bundle because it loads native code from files of its own. The signs:
 * `binding.gyp` or a `.node` file in it, `gypfile`, `napi` or `binary` in its manifest, a dependency on a loader of
 * native addons, or optional dependencies per platform (napi-rs, esbuild).
 */
export function isUnbundlable({ directory }: InstalledPackage): boolean {
  const before = known.get(directory);
  if (before !== undefined) return before;
  const answer = hasNativeManifest(directory) || hasNativeFiles(directory);
  known.set(directory, answer);
  return answer;
}

function hasNativeManifest(directory: string): boolean {
  const manifest = Manifest.safeParse(readJson(join(directory, "package.json"))).data;
  if (!manifest) return false;
  const { gypfile, napi, binary, dependencies, optionalDependencies } = manifest;
  if (gypfile === true || napi !== undefined || binary !== undefined) return true;
  return (
    LOADERS.some((name) => name in dependencies) ||
    Object.keys(optionalDependencies).some((n) => PLATFORM.test(n))
  );
}

const hasNativeFiles = (directory: string): boolean =>
  globSync(["binding.gyp", "**/*.node"], { cwd: directory, exclude: isNested, withFileTypes: true }).length >
  0;

const isNested = (entry: Dirent): boolean => entry.name === "node_modules";

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // A directory without a readable manifest says nothing about native code.
    return undefined;
  }
}
