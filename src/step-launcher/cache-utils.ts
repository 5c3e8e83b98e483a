import type { ArtifactStore } from "../artifact/port.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { ArtifactVersion, Invocation, Json, RunSettings, StepRun } from "../model/index.ts";
import { hashJson } from "../util/canonical.ts";
import type { EnvironmentIdentity } from "./port.ts";

export interface CacheKeyFacts {
  readonly workspaceId: string;
  readonly artifactStoreId: string;
  readonly invocation: Invocation;
  readonly environment: EnvironmentIdentity;
  /** Input name → artifact. */
  readonly inputs: Readonly<Record<string, Pick<ArtifactVersion, "contentHash" | "materializer">>>;
}

export interface CacheKey {
  readonly key: string;
  /** Each ingredient, short or hashed. */
  readonly ingredients: Readonly<Record<string, string>>;
}

/**
 * Two step runs with the same key would do the same: workspace, artifact store, step name and source, code,
 * environment, parameters, contents of inputs, outputs with their materializers, custom parameters, each as the cache
 * policy says. Mirrors ZenML's `generate_cache_key`, with SHA-256 where it has MD5, and with the environment in it.
 */
export const generateCacheKey = (facts: CacheKeyFacts): CacheKey => {
  const ingredients = {
    workspace: facts.workspaceId,
    artifact_store: facts.artifactStoreId,
    step: `${facts.invocation.stepName} ${facts.invocation.source}`,
    ...codeIngredients(facts),
    ...environmentIngredients(facts),
    ...inputIngredients(facts),
    ...outputIngredients(facts.invocation),
    ...secretIngredients(facts.invocation),
    ...customIngredients(facts.invocation),
  };
  return { key: hashJson(ingredients), ingredients };
};

type Ingredients = Record<string, string>;

const codeIngredients = ({ invocation }: CacheKeyFacts): Ingredients =>
  invocation.cachePolicy?.includeStepCode === false ? {} : { code: invocation.codeHash };

const environmentIngredients = ({ invocation, environment }: CacheKeyFacts): Ingredients => {
  if (invocation.cachePolicy?.includeEnvironment === false) return {};
  const parts = prefixed("environment", environment.ingredients);
  const variables = Object.entries(invocation.environment).map(
    ([name, value]) => [`variable ${name}`, hashJson(value)] as const,
  );
  return {
    ...{ environment: environment.key, ...parts, ...Object.fromEntries(variables) },
    ...runIngredients(invocation.settings.run ?? {}),
  };
};

/** What of its container's run a result may depend on: docs/caching.md says why these, and not the others. */
const runIngredients = ({ volumes = {}, extraHosts = {}, devices = [] }: RunSettings): Ingredients => ({
  ...Object.fromEntries(
    Object.entries(volumes).map(([path, { source, readOnly = true }]) => [
      `volume ${path}`,
      `${source}${readOnly ? "" : ", writable"}`,
    ]),
  ),
  ...Object.fromEntries(Object.entries(extraHosts).map(([name, address]) => [`host ${name}`, address])),
  ...(devices.length > 0 ? { devices: devices.join(" ") } : {}),
});

const inputIngredients = ({ invocation, inputs }: CacheKeyFacts): Ingredients => {
  const policy = invocation.cachePolicy;
  const ingredients: Ingredients = {};
  for (const [name, source] of Object.entries(invocation.inputs)) {
    const artifact = inputs[name];
    if (policy?.ignoredInputs?.includes(name)) continue;
    if (source.kind === "parameter" && policy?.includeStepParameters !== false) {
      ingredients[`parameter ${name}`] = hashJson(source.value);
    } else if (artifact && policy?.includeArtifactValues !== false) {
      ingredients[`input ${name}`] = `${artifact.materializer} ${artifact.contentHash}`;
    }
  }
  return ingredients;
};

const outputIngredients = (invocation: Invocation): Ingredients =>
  Object.fromEntries(
    Object.entries(invocation.outputs).map(([name, { materializer, materializerVersion }]) => [
      `output ${name}`,
      materializerVersion === undefined ? materializer : `${materializer} ${materializerVersion}`,
    ]),
  );

/** Which there are, never what they are: a changed value runs nothing again. */
const secretIngredients = ({ secrets = [], secretsAs = "default" }: Invocation): Ingredients =>
  secrets.length === 0 ? {} : { secrets: `${secrets.toSorted().join(" ")} as ${secretsAs}` };

const customIngredients = ({ cachePolicy }: Invocation): Ingredients =>
  cachePolicy?.custom === undefined ? {} : { custom: hashJson(cachePolicy.custom as Json) };

const prefixed = (prefix: string, record: Readonly<Record<string, string>>): Ingredients =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix} ${name}`, value]));

export interface CacheLookup {
  readonly metadata: MetadataStore;
  readonly artifactStore: ArtifactStore;
  readonly now: () => Date;
  /** Told when an entry cannot be used since its artifacts are not what they were. */
  readonly onDamage?: (error: Error) => void | Promise<void>;
}

/**
 * The completed step run that this key stands for, with its outputs intact; undefined where there is none. Mirrors
 * ZenML's `get_cached_step_run`.
 */
export const getCachedStepRun = async (
  key: string,
  invocation: Invocation,
  { metadata, artifactStore, now, onDamage }: CacheLookup,
): Promise<{ stepRun: StepRun; outputs: Record<string, ArtifactVersion> } | undefined> => {
  const stepRun = await metadata.findCached(key, notBefore(invocation, now()));
  if (!stepRun) return undefined;
  const outputs = await metadata.outputsOf(stepRun.id);
  try {
    await Promise.all(Object.values(outputs).map((artifact) => artifactStore.verify(artifact)));
    return { stepRun, outputs };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await onDamage?.(error);
    return undefined;
  }
};

const notBefore = (invocation: Invocation, now: Date): string | undefined => {
  const seconds = invocation.cachePolicy?.expiresAfter;
  return seconds === undefined ? undefined : new Date(now.getTime() - seconds * 1000).toISOString();
};
