import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BundleFiles } from "../../stack/image-builder.ts";
import { configurationFile, LAUNCHER_FILE } from "../../step-runner/entrypoint-configuration.ts";
import { NotSupportedError } from "../base/errors.ts";

/** A class that says how containers are started: its static side. */
export interface EntrypointConfigurationClass {
  /** `module#export`, the module relative to the project root. */
  readonly source: string;
  readonly name: string;
}

/** Classes of ours are in the entrypoint itself. */
const isOwn = (source: string): boolean => source.startsWith("stepdock/");

/**
 * What images need so that their containers launch steps by themselves: the launcher, and the user's entrypoint
 * configurations, each bundled with what it reaches. Their hashes are in the image's name, and in no cache key.
 */
export const launcherFiles = async (
  configurations: readonly EntrypointConfigurationClass[],
  projectRoot: string,
): Promise<BundleFiles> => {
  const launcher = await readFile(fileURLToPath(import.meta.resolve("#launcher-bundle")), "utf8");
  const own = configurations.filter(({ source }) => !isOwn(source));
  const files = await Promise.all(
    own.map(async (configuration) => ({
      name: configurationFile(configuration.source),
      code: await bundle(configuration, projectRoot),
    })),
  );
  const all = [{ name: LAUNCHER_FILE, code: launcher }, ...files, ...(own.length > 0 ? STEPDOCK : [])];
  return new Map(all.map((file) => [sha256(file), file] as const));
};

/** Stands for the package that configurations extend classes of: it would bring all of the host's side with it. */
const STEPDOCK = [
  {
    name: "node_modules/stepdock/package.json",
    code: JSON.stringify({ type: "module", exports: { "./orchestrators": "./orchestrators.js" } }),
  },
  { name: "node_modules/stepdock/orchestrators.js", code: `export * from "../../${LAUNCHER_FILE}";\n` },
];

const sha256 = ({ name, code }: { name: string; code: string }): string =>
  createHash("sha256").update(`${name}\n${code}`).digest("hex");

const bundle = async (
  { source, name }: EntrypointConfigurationClass,
  projectRoot: string,
): Promise<string> => {
  const [module = "", exportName = ""] = source.split(/#(?=[^#]*$)/);
  if (!module || !exportName) throw unnamed(name, source);
  // The bundler is large, and only an orchestrator with configurations of its own needs it here.
  const { bundleStep } = await import("../../compiler/bundle-step.ts");
  const options = { module: join(projectRoot, module), exportName, projectRoot, externals: ["stepdock"] };
  return (await bundleStep({ ...options, what: "entrypoint configuration" })).code;
};

const unnamed = (name: string, source: string): NotSupportedError =>
  new NotSupportedError(
    `The entrypoint configuration ${name} says "${source}" as its source, by which containers could not find it. Write ` +
      `\`static override readonly source = "<module, relative to the project root>#${name}"\`, and export it there.`,
  );
