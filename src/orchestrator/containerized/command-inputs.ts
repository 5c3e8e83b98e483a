import { mkdir, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { listPlainTree } from "../../artifact/plain-files.ts";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { Mount } from "../../docker/port.ts";
import type { Assignment } from "../../model/index.ts";
import type { UntypedCommandContext } from "../../pipeline/container.ts";
import { fileBrand } from "../../pipeline/file-brand.ts";
import type { Schema } from "../../pipeline/schema.ts";
import type { StepDefinition } from "../../pipeline/step.ts";
import { fail } from "../../step-runner/failures.ts";
import { loadInputs } from "../../step-runner/load-inputs.ts";
import { INPUTS, isMounted } from "./command-paths.ts";
import { PlainJsonError, plainJson } from "./plain-json.ts";

export interface StagedInputs {
  readonly inputs: UntypedCommandContext["inputs"];
  readonly mounts: readonly Mount[];
}

interface Staging {
  readonly assignment: Assignment;
  readonly store: ArtifactStore;
  /** Mounted as the inputs; is made here. */
  readonly directory: string;
}

/**
 * Makes the inputs of a container step: each value as plain JSON in a file, text as it is in one more; files and
 * folders are mounted from the store, and never copied.
 */
export const stageInputs = async (definition: StepDefinition, staging: Staging): Promise<StagedInputs> => {
  const { assignment, directory } = staging;
  await mkdir(directory, { recursive: true });
  const [files, values] = partition(definition, assignment);
  const mounts: Mount[] = [{ type: "bind", source: directory, target: INPUTS, readOnly: true }];
  const inputs: Record<string, UntypedCommandContext["inputs"][string]> = {};
  for (const name of Object.keys(definition.inputs)) inputs[name] = {};
  for (const name of files) {
    const { mount, path } = await mountInput(name, staging);
    mounts.push(mount);
    inputs[name] = { path };
  }
  for (const [name, value] of Object.entries(
    await loadInputs({ ...definition, inputs: values }, assignment, staging.store),
  )) {
    if (value === undefined) continue;
    await writeValue(name, value, directory);
    inputs[name] = { value, path: posix.join(INPUTS, `${name}.json`) };
  }
  return { inputs, mounts };
};

const partition = (
  { inputs }: StepDefinition,
  assignment: Assignment,
): [string[], Record<string, Schema>] => {
  const files: string[] = [];
  const values: Record<string, Schema> = {};
  for (const [name, schema] of Object.entries(inputs)) {
    const input = assignment.inputs[name];
    const isFile = input?.kind === "artifact" && isMounted(input.materializer);
    if (input && isFile !== (fileBrand(schema) !== undefined)) wrongKind(name, isFile);
    if (isFile) files.push(name);
    else values[name] = schema;
  }
  return [files, values];
};

const wrongKind = (name: string, isFile: boolean): never =>
  fail({
    kind: "wrong_input",
    name: "InputTypeError",
    message: `Input "${name}" is ${isFile ? "a file or folder, and the step declares a value" : "a value, and the step declares a file or folder"}. Correct its schema, or what it is wired to.`,
  });

const mountInput = async (
  name: string,
  { assignment, store, directory }: Staging,
): Promise<{ mount: Mount; path: string }> => {
  const input = assignment.inputs[name];
  if (input?.kind !== "artifact") throw new TypeError(`input ${name} is no artifact`);
  const source = store.path(input.uri);
  const target = posix.join(INPUTS, name);
  // The mount point inside of the other mount, which is read-only by then.
  await mkdir(join(directory, name), { recursive: true });
  const [file = ""] = input.materializer === "file" ? (await listPlainTree(source)).files : [];
  return { mount: { type: "bind", source, target, readOnly: true }, path: posix.join(target, file) };
};

const writeValue = async (name: string, value: unknown, directory: string): Promise<void> => {
  await writeFile(join(directory, `${name}.json`), jsonOf(name, value));
  if (typeof value === "string") await writeFile(join(directory, `${name}.txt`), value);
};

const jsonOf = (name: string, value: unknown): string => {
  try {
    return plainJson(value);
  } catch (error) {
    if (!(error instanceof PlainJsonError)) throw error;
    return fail({
      kind: "wrong_input",
      name: "InputNotJson",
      message:
        `Input "${name}" cannot be given to a container step as JSON: ${error.message}. ` +
        "Have the step before it return plain data.",
    });
  }
};
