import type { ContainerEngine } from "../docker/port.ts";
import type { BuildProgress } from "../stack/image-builder.ts";
import type { RootEntry } from "./base-image-root.ts";
import { buildFrom, textEntry } from "./build-from.ts";
import { buildArguments, environmentDockerfile, NPM_FOLDER } from "./environment-dockerfile.ts";
import type { PlannedEnvironment } from "./environment-plan.ts";
import { hostNpm } from "./host-npm.ts";
import { environmentReference, labelInstruction } from "./image-names.ts";
import type { NpmInstall } from "./npm-packages.ts";
import { explainParent } from "./parent-image-error.ts";

/** Reference of the environment image, which the engine has when this resolves. */
export const ensureEnvironmentImage = async (
  engine: ContainerEngine,
  planned: PlannedEnvironment,
  workspaceId: string | undefined,
  progress: BuildProgress,
): Promise<string> => {
  const tag = environmentReference(planned.plan.key);
  if (await engine.images.inspect(tag, { signal: progress.signal })) return tag;
  const label = labelInstruction("environment", planned.plan, workspaceId);
  const content = { tag, ...(await contentOf(planned, label)) };
  try {
    await buildFrom(engine, content, progress);
  } catch (failure) {
    throw await explainParent(planned.parent, failure, engine);
  }
  return tag;
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
