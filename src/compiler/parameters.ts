import type { PipelineDefinition } from "../pipeline/pipeline.ts";
import type { Schema } from "../pipeline/schema.ts";
import { describeParseError } from "../util/parse-error.ts";
import { ParameterError } from "./errors.ts";
import { describeSchema } from "./schema-kinds.ts";

/** A value as a program gives it, or text from a command line: JSON where the schema takes that, else the text itself. */
export type ParameterValue = { readonly value: unknown } | { readonly text: string };

/** Parses every parameter of the pipeline once; what is left out takes its default. */
export const parseParameters = async (
  definition: PipelineDefinition,
  given: Readonly<Record<string, ParameterValue>>,
): Promise<Readonly<Record<string, unknown>>> => {
  const known = Object.keys(definition.parameters);
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw ParameterError.unknown(definition.name, name, known);
  }
  const parsed = await Promise.all(
    Object.entries(definition.parameters).map(
      async ([name, schema]) => [name, await parseOne(definition.name, name, schema, given[name])] as const,
    ),
  );
  return Object.fromEntries(parsed);
};

const parseOne = async (
  pipelineName: string,
  name: string,
  schema: Schema,
  given: ParameterValue | undefined,
): Promise<unknown> => {
  try {
    return await parseGiven(schema, given);
  } catch (error) {
    const takes = `it takes ${describeSchema(schema, "input")}`;
    const told =
      given === undefined
        ? `is required: ${takes}`
        : `cannot be ${show(given)}: ${takes} (${describeParseError(error)})`;
    const message = `Parameter "${name}" of pipeline "${pipelineName}" ${told}. Give it as --param ${name}=….`;
    throw new ParameterError(name, message, { cause: error });
  }
};

const parseGiven = async (schema: Schema, given: ParameterValue | undefined): Promise<unknown> => {
  if (given === undefined) return await schema.parseAsync(undefined);
  if ("value" in given) return await schema.parseAsync(given.value);
  const json = tryJson(given.text);
  if (json === undefined) return await schema.parseAsync(given.text);
  return await schema.parseAsync(json.value).catch((asJson) =>
    schema.parseAsync(given.text).catch(() => {
      throw asJson;
    }),
  );
};

const tryJson = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // No JSON: then it is meant as text.
    return undefined;
  }
};

const show = (given: ParameterValue): string =>
  "text" in given ? JSON.stringify(given.text) : (JSON.stringify(given.value) ?? String(given.value));
