import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import type { RootEntry } from "./base-image-root.ts";
import { buildFrom, textEntry } from "./build-from.ts";
import { buildArguments, environmentDockerfile, NPM_FOLDER } from "./environment-dockerfile.ts";
import type { PlannedEnvironment } from "./environment-plan.ts";
import { hostNpm } from "./host-npm.ts";
import { environmentReference, type ImageLabels, imageLabels, labelInstruction } from "./image-names.ts";
import { ENTRYPOINT_PATH, IMAGE_ROOT } from "./image-paths.ts";
import { loadLayer } from "./load-layer.ts";
import type { NpmInstall } from "./npm-packages.ts";
import { explainParent } from "./parent-image-error.ts";

/** The environment image, which the engine has when this resolves. */
export const ensureEnvironmentImage = async (
  engine: ContainerEngine,
  planned: PlannedEnvironment,
  workspaceId: string | undefined,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const tag = environmentReference(planned.plan.key);
  const present = await engine.images.inspect(tag, { signal: progress.signal });
  if (present) return present;
  const target = { tag, labels: imageLabels("environment", planned.plan, workspaceId) };
  return (
    (await loadEnvironment(engine, planned, target, progress)) ??
    (await buildEnvironment(engine, planned, target, progress))
  );
};

interface Target {
  readonly tag: string;
  readonly labels: ImageLabels;
}

/**
 * Only where nothing has to run for it, be it to see which Node the parent has.
 *
 * The entrypoint is there as it is. Measured, CPU time until it waits for its assignment: minified 0.99. With a compile
 * cache 0.95: Node keeps one for each uid, and to bake it in would take a run of Node. As a start-up snapshot 0.96: it
 * is 7 MB, and it imports modules by what is still experimental. `--max-lazy` 1.14, `--v8-pool-size=1` 0.99.
 */
const loadEnvironment = async (
  engine: ContainerEngine,
  { plan, parent, npm, entrypoint }: PlannedEnvironment,
  target: Target,
  progress: BuildProgress,
): Promise<ImageRecord | undefined> => {
  const { aptPackages = [], environment: variables = {} } = plan.settings;
  if (npm || aptPackages.length > 0 || !parent.hasRightNode) return undefined;
  const entries: RootEntry[] = [
    { path: IMAGE_ROOT.slice(1), type: "directory", mode: 0o755 },
    textEntry(ENTRYPOINT_PATH.slice(1), entrypoint),
  ];
  return loadLayer(engine, { ...target, parent: parent.image, entries, variables }, progress);
};

const buildEnvironment = async (
  engine: ContainerEngine,
  planned: PlannedEnvironment,
  { tag, labels }: Target,
  progress: BuildProgress,
): Promise<ImageRecord> => {
  const content = { tag, ...(await contentOf(planned, labelInstruction(labels))) };
  try {
    return await buildFrom(engine, content, progress);
  } catch (failure) {
    throw await explainParent(planned.parent, failure, engine);
  }
};

const contentOf = async ({ plan, parent, npm, entrypoint }: PlannedEnvironment, label: string) => {
  const { aptPackages = [], environment = {}, buildNetwork } = plan.settings;
  const npmFiles = npm && (await hostNpm(NPM_FOLDER));
  const dockerfile = environmentDockerfile({
    ...{ parentImage: plan.parentImage, user: parent.user, aptPackages, label },
    variables: Object.keys(environment),
    npm: npm && (npmFiles ? "context" : "parent"),
  });
  return {
    dockerfile,
    entries: [...(npmFiles ?? []), ...installEntries(npm), textEntry("entrypoint.mjs", entrypoint)],
    buildArgs: buildArguments(Object.values(environment)),
    networkMode: buildNetwork,
  };
};

const installEntries = (npm: NpmInstall | undefined): RootEntry[] =>
  npm === undefined
    ? []
    : [textEntry("package.json", npm.packageJson), textEntry("package-lock.json", npm.packageLock)];
