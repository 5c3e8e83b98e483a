import { statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { StepdockError } from "../errors/error.ts";
import type { ComponentRecord, StackRecord } from "../stack/catalog.ts";
import type { StackComponentType } from "../stack/component.ts";
import type { AnyFlavor } from "../stack/flavor-registry.ts";
import { asFlavor } from "../stack/is-flavor.ts";
import { checkName } from "../stack/names.ts";
import { inEnglish } from "../util/in-english.ts";
import { didYouMean } from "../util/nearest.ts";
import { describeParseError } from "../util/parse-error.ts";
import type { WorkspacePaths } from "../workspace/paths.ts";

/** The name of the file, beside the nearest package.json. */
export const CONFIG_FILE = "stepdock.config.ts";

/** `stepdock.config.ts` does not say what it may. */
export class ConfigFileError extends StepdockError {
  readonly code = "config_invalid";

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file} is not valid: ${problem}`, options);
  }
}

/** What the file declares. */
export interface ConfigFile {
  readonly stack?: string | undefined;
  readonly flavors: readonly AnyFlavor[];
  readonly components: readonly ComponentRecord[];
  readonly stacks: readonly StackRecord[];
}

const NOTHING: ConfigFile = { flavors: [], components: [], stacks: [] };

/** Reads `stepdock.config.ts` of a project; where there is none, that costs one look. @throws ConfigFileError, PipelineError */
export const readConfigFile = async (places: {
  readonly projectRoot: string;
  readonly paths: WorkspacePaths;
}): Promise<ConfigFile> => {
  const file = join(places.projectRoot, CONFIG_FILE);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return NOTHING;
  const { loadModule } = await import("./load-module.ts");
  const exports = await loadModule(file, places);
  if (!("default" in exports)) {
    throw new ConfigFileError(file, "it has no default export. Write `export default defineConfig({ … })`.");
  }
  return configOf(exports.default, file);
};

const Component = z.strictObject({
  flavor: z.string(),
  config: z.optional(z.record(z.string(), z.unknown())),
});
const Components = z.optional(z.record(z.string(), Component));
const Stack = z.strictObject({
  orchestrator: z.string(),
  artifactStore: z._default(z.string(), "default"),
  imageBuilder: z._default(z.union([z.string(), z.literal(false)]), "default"),
  containerRegistry: z.optional(z.string()),
  stepOperators: z.optional(z.array(z.string())),
});
const ByType = z.strictObject({
  orchestrator: Components,
  artifactStore: Components,
  imageBuilder: Components,
  containerRegistry: Components,
  stepOperator: Components,
});
const Config = z.strictObject({
  stack: z.optional(z.string()),
  flavors: z._default(z.array(z.unknown()), []),
  components: z._default(ByType, {}),
  stacks: z._default(z.record(z.string(), Stack), {}),
});

const TYPES: Readonly<Record<keyof z.infer<typeof ByType>, StackComponentType>> = {
  orchestrator: "orchestrator",
  artifactStore: "artifact_store",
  imageBuilder: "image_builder",
  containerRegistry: "container_registry",
  stepOperator: "step_operator",
};

const KEYS = [Config, ByType, Component, Stack].flatMap(({ shape }) => Object.keys(shape));

/** What a default export declares. */
export const configOf = (exported: unknown, file: string): ConfigFile => {
  const { data, error } = z.safeParse(Config, exported, inEnglish());
  if (error) throw new ConfigFileError(file, explain(error), { cause: error });
  const { stack, flavors, components, stacks } = data;
  return {
    stack,
    flavors: flavors.map((flavor, index) => asFlavor(flavor, `flavors[${index}] of ${file}`)),
    components: Object.entries(TYPES).flatMap(([key, type]) =>
      componentsOf(type, components[key as keyof typeof TYPES] ?? {}),
    ),
    stacks: Object.entries(stacks).map(([name, declared]) => stackOf(name, declared)),
  };
};

const componentsOf = (
  type: StackComponentType,
  declared: Readonly<Record<string, z.infer<typeof Component>>>,
): ComponentRecord[] =>
  Object.entries(declared).map(([name, { flavor, config = {} }]) => {
    checkName("a component", name);
    return { type, name, flavor, config, source: "config" };
  });

const stackOf = (name: string, { imageBuilder, ...parts }: z.infer<typeof Stack>): StackRecord => {
  checkName("a stack", name);
  return { name, components: { ...parts, imageBuilder: imageBuilder || undefined }, source: "config" };
};

/** As sentences, with the nearest key where one is unknown. */
const explain = (error: z.core.$ZodError): string => {
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys");
  if (issue?.code !== "unrecognized_keys") return `${describeParseError(error).replaceAll("\n", "; ")}.`;
  const [key = ""] = issue.keys;
  const at = issue.path.length === 0 ? "" : ` in ${issue.path.join(".")}`;
  return `there is no key "${key}"${at}.${didYouMean(key, KEYS)}`;
};
