import type { ContainerEngine, ImageRecord } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import type { RootEntry } from "./base-image-root.ts";
import { buildFrom, textEntry } from "./build-from.ts";
import { checkCopies } from "./copied-files.ts";
import { buildArguments, environmentDockerfile, NPM_FOLDER } from "./environment-dockerfile.ts";
import type { PlannedEnvironment } from "./environment-plan.ts";
import { hostNpm } from "./host-npm.ts";
import { environmentReference, type ImageLabels, imageLabels, labelInstruction } from "./image-names.ts";
import { ENTRYPOINT_PATH, IMAGE_ROOT } from "./image-paths.ts";
import { loadLayer } from "./load-layer.ts";
import type { NpmInstall } from "./npm-packages.ts";
import { ensureDockerfile } from "./parent-dockerfile.ts";
import { type ParentImage, resolveParent } from "./parent-image.ts";
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
  if (present && !planned.plan.settings.preventBuildReuse) return present;
  const target = { tag, labels: imageLabels("environment", planned.plan, workspaceId) };
  const based = await withParent(engine, planned, workspaceId, progress);
  return (
    (await loadEnvironment(engine, based, target, progress)) ??
    (await buildEnvironment(engine, based, target, progress))
  );
};

/** A plan whose parent image the engine has. */
type Based = PlannedEnvironment & { readonly parent: ParentImage };

const withParent = async (
  engine: ContainerEngine,
  planned: PlannedEnvironment,
  workspaceId: string | undefined,
  progress: BuildProgress,
): Promise<Based> => {
  const { plan, parent, dockerfile } = planned;
  if (parent) return { ...planned, parent };
  if (!dockerfile) throw new TypeError(`environment ${plan.key} has no parent`);
  await ensureDockerfile(engine, dockerfile, imageLabels("parent", plan, workspaceId), progress);
  return { ...planned, parent: await resolveParent(engine, { name: plan.parentImage }, progress) };
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
  { plan, parent, npm, copies, entrypoint }: Based,
  target: Target,
  progress: BuildProgress,
): Promise<ImageRecord | undefined> => {
  const { aptPackages = [], environment: variables = {} } = plan.settings;
  if (npm || aptPackages.length > 0 || copies.length > 0 || !parent.hasRightNode) return undefined;
  const entries: RootEntry[] = [
    { path: IMAGE_ROOT.slice(1), type: "directory", mode: 0o755 },
    textEntry(ENTRYPOINT_PATH.slice(1), entrypoint),
  ];
  return loadLayer(engine, { ...target, parent: parent.image, entries, variables }, progress);
};

const buildEnvironment = async (
  engine: ContainerEngine,
  planned: Based,
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

const contentOf = async ({ plan, parent, npm, copies, entrypoint }: Based, label: string) => {
  const { aptPackages = [], environment = {}, buildNetwork, platform, preventBuildReuse } = plan.settings;
  await checkCopies(copies);
  const npmFiles = npm && (await hostNpm(NPM_FOLDER));
  const dockerfile = environmentDockerfile({
    ...{ parentImage: plan.parentImage, user: parent.user, aptPackages, label, copies },
    variables: Object.keys(environment),
    npm: npm && (npmFiles ? "context" : "parent"),
  });
  return {
    dockerfile,
    entries: [
      ...(npmFiles ?? []),
      ...installEntries(npm),
      ...copies.flatMap(({ entries }) => entries),
      textEntry("entrypoint.mjs", entrypoint),
    ],
    buildArgs: buildArguments(Object.values(environment)),
    networkMode: buildNetwork,
    platform,
    noCache: preventBuildReuse ?? false,
  };
};

const installEntries = (npm: NpmInstall | undefined): RootEntry[] =>
  npm === undefined
    ? []
    : [textEntry("package.json", npm.packageJson), textEntry("package-lock.json", npm.packageLock)];
