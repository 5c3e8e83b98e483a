import { mkdir, readdir, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { Mount } from "../../docker/port.ts";
import type { Assignment } from "../../model/index.ts";
import type { UntypedCommandContext } from "../../pipeline/container.ts";
import { fileBrand } from "../../pipeline/file-brand.ts";
import type { Schema } from "../../pipeline/schema.ts";
import { ANONYMOUS_OUTPUT, type StepDefinition } from "../../pipeline/step.ts";
import { fail } from "../../step-runner/failures.ts";
import { readUntrusted } from "../../util/read-untrusted.ts";
import { isText, OUTPUTS, outputFile } from "./command-paths.ts";

/** V8 has no longer text. */
const MAX_VALUE_BYTES = 512 * 1024 * 1024;

interface Collecting {
  readonly assignment: Pick<Assignment, "outputs">;
  readonly store: ArtifactStore;
  /** Mounted as the outputs; values are in it. */
  readonly directory: string;
}

export interface StagedOutputs {
  readonly outputs: UntypedCommandContext["outputs"];
  readonly mounts: readonly Mount[];
}

/** Where a container step writes: values into a directory of the attempt, files and folders where they are to stay. */
export const stageOutputs = async (
  { outputs: schemas }: StepDefinition,
  { assignment, store, directory }: Collecting,
): Promise<StagedOutputs> => {
  await mkdir(directory, { recursive: true });
  const mounts: Mount[] = [{ type: "bind", source: directory, target: OUTPUTS, readOnly: false }];
  const outputs: Record<string, { path: string }> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    outputs[name] = { path: posix.join(OUTPUTS, outputFile(name, schema)) };
    if (!fileBrand(schema)) continue;
    await mkdir(join(directory, name), { recursive: true });
    const source = store.path(assignment.outputs[name]?.uri ?? "");
    mounts.push({ type: "bind", source, target: posix.join(OUTPUTS, name), readOnly: false });
  }
  return { outputs, mounts };
};

/**
 * What a command wrote, as a function would have returned it: values as they stand in their files, to be parsed by their
 * schemas; nothing for files and folders, which are in their places already. Links are refused: a container could lead
 * one to a secret of the host's.
 */
export const readOutputs = async (definition: StepDefinition, collecting: Collecting): Promise<unknown> => {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(definition.outputs)) {
    if (fileBrand(schema)) await checkFile(name, schema, collecting);
    else values[name] = await readValue(name, schema, collecting);
  }
  return definition.anonymousOutput ? values[ANONYMOUS_OUTPUT] : values;
};

/** Of a collection that was cut short: an orchestrator died in it. Nothing of the command's own is there. */
export const emptyValues = async (
  { outputs: schemas }: StepDefinition,
  { assignment, store }: Pick<Collecting, "assignment" | "store">,
): Promise<void> => {
  for (const [name, schema] of Object.entries(schemas)) {
    const uri = assignment.outputs[name]?.uri;
    if (fileBrand(schema) || uri === undefined) continue;
    const directory = store.path(uri);
    for (const entry of await readdir(directory)) await rm(join(directory, entry), { recursive: true });
  }
};

const checkFile = async (name: string, schema: Schema, { assignment, store }: Collecting): Promise<void> => {
  const entries = await readdir(store.path(assignment.outputs[name]?.uri ?? ""));
  const file = outputFile(name, schema);
  const isThere =
    fileBrand(schema)?.kind === "directory" ? entries.length > 0 : entries.includes(posix.basename(file));
  if (!isThere) missing(name, file);
};

const readValue = async (name: string, schema: Schema, { directory }: Collecting): Promise<unknown> => {
  const json = await read(name, join(directory, `${name}.json`));
  if (json !== undefined) return parseJson(name, json);
  const text = await read(name, join(directory, `${name}.txt`));
  if (text === undefined) return missing(name, outputFile(name, schema));
  // As with `$(…)` in a shell: `echo` puts one there that nobody means.
  const value = text.replace(/\r?\n$/, "");
  return isText(schema) ? value : await asJsonElseText(value, schema);
};

const missing = (name: string, file: string): never =>
  fail({
    kind: "wrong_output",
    name: "OutputMissing",
    message:
      `The command ended with exit code 0, but output "${name}" is not there: it was expected at ` +
      `${posix.join(OUTPUTS, file)}. Have the command write it there, or take the output out of the step.`,
  });

/** Undefined where there is no such file. */
const read = async (name: string, path: string): Promise<string | undefined> => {
  try {
    return (await readUntrusted(path, MAX_VALUE_BYTES)).toString("utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    const why = code === "ELOOP" ? "it is a link, and links are not followed" : message;
    return wrong(name, `cannot be read: ${why}`);
  }
};

const parseJson = (name: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return wrong(name, `is no JSON (${(error as Error).message}): it was read from ${OUTPUTS}/${name}.json`);
  }
};

const wrong = (name: string, problem: string): never =>
  fail({ kind: "wrong_output", name: "OutputUnreadable", message: `Output "${name}" ${problem}.` });

/** As a parameter on the command line: as JSON where the schema accepts that, else as text. */
const asJsonElseText = async (text: string, schema: Schema): Promise<unknown> => {
  const json = tryJson(text);
  if (json === undefined) return text;
  const accepts = (value: unknown) =>
    schema.parseAsync(value).then(
      () => true,
      () => false,
    );
  return (await accepts(json.value)) || !(await accepts(text)) ? json.value : text;
};

const tryJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // No JSON: then it is meant as text.
    return undefined;
  }
};
