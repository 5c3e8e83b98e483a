import type { StepSettings } from "../model/index.ts";
import { SettingsError } from "./check-options.ts";

/** What each setting by itself cannot tell: those that do not go together, once all levels are merged. */
export const checkSettings = (settings: StepSettings, where: string): void => {
  const [problem] = [...dockerProblems(settings), ...runProblems(settings)];
  if (problem) throw new SettingsError(`${where} has ${problem}`);
};

/** Each of these would need a build. */
const BUILT = [
  ...(["dockerfile", "buildContextRoot", "dockerignore", "buildOptions", "copyFiles"] as const),
  ...(["aptPackages", "npmPackages", "environment", "preventBuildReuse", "buildNetwork"] as const),
] as const;

const dockerProblems = ({ docker = {} }: StepSettings): string[] => {
  const inContext = (["buildContextRoot", "dockerignore", "buildOptions"] as const).find(
    (key) => docker[key],
  );
  const built = BUILT.find((key) => docker[key]);
  return [
    ...(docker.dockerfile && docker.parentImage
      ? [
          'both "settings.docker.dockerfile" and "settings.docker.parentImage": give one, the other is made of it.',
        ]
      : []),
    ...(inContext && !docker.dockerfile
      ? [`"settings.docker.${inContext}" without a "settings.docker.dockerfile" that it is for.`]
      : []),
    ...(docker.dockerignore && !docker.buildContextRoot
      ? ['"settings.docker.dockerignore" without a "settings.docker.buildContextRoot" that it is for.']
      : []),
    ...(docker.skipBuild && built
      ? [
          `"settings.docker.${built}", which needs a build, and "settings.docker.skipBuild": give up one of them.`,
        ]
      : []),
    ...(docker.skipBuild && !docker.parentImage
      ? ['"settings.docker.skipBuild" without the "settings.docker.parentImage" that is to be used as it is.']
      : []),
  ];
};

const runProblems = ({ run = {}, network = "none" }: StepSettings): string[] => {
  const published = Object.keys(run.ports ?? {});
  const twice = Object.keys(run.tmpfs ?? {}).find((path) => run.volumes && path in run.volumes);
  return [
    ...(published.length > 0 && network === "none"
      ? [`"settings.run.ports" (${published.join(", ")}) and no network. Add \`network: "bridge"\`.`]
      : []),
    ...(twice ? [`both a volume and a tmpfs at ${twice}: settings.run.volumes, settings.run.tmpfs.`] : []),
  ];
};
