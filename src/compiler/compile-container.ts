import * as z from "zod/mini";
import type { Container, Invocation } from "../model/index.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { ioVariables } from "../util/variable-name.ts";
import { parseSetting, SettingsError } from "./check-options.ts";

const Text = z.string().check(z.minLength(1));

const Element = z.custom(
  (value) => typeof value === "string" || typeof value === "function",
  "must be a string or a function",
);

const ContainerOptions = z.strictObject({
  image: z.optional(Text),
  build: z.optional(
    z.strictObject({
      context: Text,
      dockerfile: z.optional(Text),
      target: z.optional(Text),
      args: z.optional(z.record(z.string(), z.string())),
    }),
  ),
  entrypoint: z.optional(z.array(Text)),
  command: z.array(Element),
  args: z.optional(z.array(Element)),
  workdir: z.optional(Text.check(z.startsWith("/", "must be an absolute path in the image"))),
});

/** What of a container step goes into its snapshot; undefined for any other step. @throws SettingsError */
export const compileContainer = (definition: StepDefinition, where: string): Container | undefined => {
  if (!definition.container) return undefined;
  const options = parseSetting(ContainerOptions, withoutUndefined(definition.container), where);
  const { command: _, args: __, ...container } = options;
  if ((container.image === undefined) === (container.build === undefined))
    throw notOneImage(where, container);
  refuseDockerSettings(definition, where);
  checkNames(definition, where);
  return container;
};

/** Hooks of a pipeline run where its steps do, which takes Node: a container step's image need not have it. */
export const uncalledHooks = (invocations: readonly Invocation[], hooks: readonly string[]): string[] => {
  const ids = invocations.filter(({ container }) => container).map(({ id }) => `"${id}"`);
  if (hooks.length === 0 || ids.length === 0) return [];
  const steps = ids.length === 1 ? `container step ${ids[0]}` : `container steps ${ids.join(", ")}`;
  return [
    `The pipeline's ${hooks.join(", ")} will not be called for ${steps}: images of others run no hooks.`,
  ];
};

const withoutUndefined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const notOneImage = (where: string, { image }: Container): SettingsError =>
  new SettingsError(
    `${where} is a container step with ${image === undefined ? "no image to run in" : "both `image` and `build`"}. ` +
      'Give one of them: `image: "python:3.12-slim"`, or `build: { context: "./trainer" }`.',
  );

/** They say what is put into an image of ours; here nothing is. */
const refuseDockerSettings = ({ options }: StepDefinition, where: string): void => {
  if (options.settings?.docker === undefined) return;
  throw new SettingsError(
    `${where} is a container step, to whose image nothing is added, so \`settings.docker\` has no meaning there. ` +
      "Remove it, and have `image` or `build` name an image that has what the command needs.",
  );
};

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Names become files and variables of the command. */
const checkNames = ({ inputs, outputs }: StepDefinition, where: string): void => {
  const [ins, outs] = [Object.keys(inputs), Object.keys(outputs)];
  const bad = [...ins, ...outs].find((name) => !NAME.test(name));
  if (bad !== undefined) {
    throw new SettingsError(
      `${where} has an input or output "${bad}", which cannot be the name of a file of its container: ` +
        'use letters, digits, "_" and "-", and begin with a letter.',
    );
  }
  const variables = ioVariables(ins, outs);
  const shared = variables.find((name, index) => variables.indexOf(name) !== index);
  if (shared !== undefined) {
    throw new SettingsError(
      `${where} has two inputs or outputs that would both be ${shared} in its container. Rename one of them.`,
    );
  }
};
