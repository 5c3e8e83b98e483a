import { NPM_CLI } from "./host-npm.ts";
import { IMAGE_LABEL } from "./image-names.ts";
import { ENTRYPOINT_PATH, IMAGE_ROOT, PACKAGES_PATH } from "./image-paths.ts";
import { NODE_CHECK } from "./node-check.ts";

export interface EnvironmentRecipe {
  readonly parentImage: string;
  /** The parent's, '' for root. */
  readonly user: string;
  /** The LABEL instruction of the image. */
  readonly label: string;
  readonly aptPackages: readonly string[];
  /** Names alone: values are build arguments. */
  readonly variables: readonly string[];
  /** Path in the context → path in the image. */
  readonly copies?: readonly { readonly inContext: string; readonly target: string }[];
  /** Where npm comes from: files of the context, the parent image; undefined where nothing is to be installed. */
  readonly npm: "context" | "parent" | undefined;
}

/** Folder of the context that has npm, and where a stage that is thrown away has it. */
export const NPM_FOLDER = "npm";
const NPM_IN_STAGE = "/stepdock-npm";

const NPM_CI = ["ci", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier"];

/**
 * Stages: `system` has apt packages and variables, in this order, so that a new variable does not install them again;
 * `packages` runs `npm ci`, with the host's npm if there is one, as a parent may lack it and this one wrote the
 * lockfile; the last takes only what that made.
 */
export const environmentDockerfile = (recipe: EnvironmentRecipe): string =>
  [
    ...systemStage(recipe),
    ...packagesStage(recipe),
    "FROM system",
    ...(recipe.npm ? [`COPY --from=packages ${PACKAGES_PATH} ${PACKAGES_PATH}`] : []),
    `COPY entrypoint.mjs ${ENTRYPOINT_PATH}`,
    recipe.label,
    ...(recipe.user === "" ? [] : [`USER ${recipe.user}`]),
    "",
  ].join("\n");

const systemStage = ({
  parentImage,
  user,
  aptPackages,
  variables,
  copies = [],
}: EnvironmentRecipe): string[] => [
  `FROM ${parentImage} AS system`,
  `LABEL ${IMAGE_LABEL}=environment`,
  ...(user === "" ? [] : ["USER 0"]),
  NODE_CHECK,
  ...(aptPackages.length > 0 ? [aptInstall(aptPackages)] : []),
  ...variableLines(variables),
  ...copies.map(({ inContext, target }) => `COPY ${JSON.stringify([inContext, target])}`),
];

const aptInstall = (names: readonly string[]): string => {
  const quoted = names.map((name) => `'${name}'`).join(" ");
  const install = `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${quoted}`;
  return `RUN apt-get update && ${install} && rm -rf /var/lib/apt/lists/*`;
};

/** A value that a build argument carries needs no quoting, and may have newlines, which ENV has no way to write. */
const variableLines = (names: readonly string[]): string[] =>
  names.length === 0
    ? []
    : [
        ...names.map((_, index) => `ARG ${argument(index)}`),
        `ENV ${names.map((name, index) => `${name}=\${${argument(index)}}`).join(" ")}`,
      ];

const argument = (index: number): string => `STEPDOCK_VALUE_${index}`;

/** For the variables in the order in which the recipe names them. */
export const buildArguments = (values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value, index) => [argument(index), value]));

const packagesStage = ({ npm }: EnvironmentRecipe): string[] => {
  if (npm === undefined) return [];
  const program = npm === "context" ? ["node", `${NPM_IN_STAGE}/${NPM_CLI}`] : ["npm"];
  return [
    "FROM system AS packages",
    `WORKDIR ${IMAGE_ROOT}`,
    ...(npm === "context" ? [`COPY ${NPM_FOLDER} ${NPM_IN_STAGE}`] : []),
    "COPY package.json package-lock.json ./",
    `RUN ${JSON.stringify([...program, ...NPM_CI])}`,
  ];
};
