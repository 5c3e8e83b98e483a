import type * as z from "zod";
import type { DirectoryArtifact, FileArtifact } from "../util/stored-files.ts";
import type { Schema, Schemas } from "./schema.ts";

/** An image that is built from a directory of the project. */
export interface ContainerBuild {
  /** Directory that the Dockerfile may copy from, relative to the directory of the nearest package.json. */
  readonly context: string;
  /** Relative to the context. Default: `Dockerfile`. */
  readonly dockerfile?: string;
  /** The stage to build. Default: the last. */
  readonly target?: string;
  /** Values of the Dockerfile's `ARG`s. They are in the image and in the key: no place for secrets. */
  readonly args?: Readonly<Record<string, string>>;
}

/** Which image a container step runs in: one that is there or can be pulled, or one that is built. */
export type ImageSource =
  | { readonly image: string; readonly build?: never }
  | { readonly build: ContainerBuild; readonly image?: never };

/** An input as the command may name it. Files and folders have a path alone. */
export type CommandInput<T> = [T] extends [FileArtifact | DirectoryArtifact]
  ? { readonly path: string }
  : {
      readonly value: T;
      /** Of the value as plain JSON. Absent where the input was left out. */
      readonly path: undefined extends T ? string | undefined : string;
    };

/** An output as the command may name it. */
export interface CommandOutput {
  /** Where the command is to write it. */
  readonly path: string;
}

/** What a function in a command is given: values, and paths inside the container. */
export interface CommandContext<I extends Schemas, O extends Schemas, S extends Schema> {
  readonly inputs: { readonly [K in keyof I]: CommandInput<z.output<I[K]>> };
  readonly outputs: [S] extends [never]
    ? { readonly [K in keyof O]: CommandOutput }
    : { readonly output: CommandOutput };
}

export type CommandArgument = string | number | boolean;

/** An argument, or a function that gives one, several, or (undefined) none. */
export type CommandElement<Context> =
  | string
  | ((context: Context) => CommandArgument | readonly CommandArgument[] | undefined);

/** A container step as it was defined; its types are gone. */
export interface ContainerDefinition {
  readonly image?: string | undefined;
  readonly build?: ContainerBuild | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly command: readonly CommandElement<UntypedCommandContext>[];
  /** Follow the command. */
  readonly args?: readonly CommandElement<UntypedCommandContext>[] | undefined;
  readonly workdir?: string | undefined;
}

export interface UntypedCommandContext {
  readonly inputs: Readonly<Record<string, { readonly value?: unknown; readonly path?: string | undefined }>>;
  readonly outputs: Readonly<Record<string, CommandOutput>>;
}
