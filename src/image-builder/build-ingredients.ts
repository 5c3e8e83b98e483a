import { hash } from "node:crypto";

/** What an image of a Dockerfile of the user's is made of. */
export interface BuildSources {
  /** The text of the Dockerfile. */
  readonly recipe: string;
  /** Hash of the context; undefined where there is none. */
  readonly context: string | undefined;
  readonly target: string | undefined;
  readonly args: Readonly<Record<string, string>> | undefined;
}

/** The ingredient that is the hash of the context. */
export const CONTEXT = "build context";

/** What the key of the image has of it. Values of arguments are hashed, since plans are printed and stored. */
export const buildIngredients = ({
  recipe,
  context,
  target,
  args = {},
}: BuildSources): Record<string, string> => ({
  ...(context !== undefined && { [CONTEXT]: context }),
  dockerfile: hash("sha256", recipe),
  ...(target !== undefined && { "build target": target }),
  ...Object.fromEntries(
    Object.entries(args).map(([name, value]) => [`build argument ${name}`, hash("sha256", value)]),
  ),
});
