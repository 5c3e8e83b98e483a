import { fileBrand } from "../pipeline/file-brand.ts";
import type { Schemas } from "../pipeline/schema.ts";
import { ANONYMOUS_OUTPUT, type StepDefinition } from "../pipeline/step.ts";
import { describeParseError } from "../util/parse-error.ts";
import { fail } from "./failures.ts";
import { writtenOutput } from "./written-outputs.ts";

/**
 * Names and parses what the function returned: exactly the declared outputs, each of its type.
 *
 * @param directoryOf where an output's artifact is: what was written there need not be returned
 */
export const checkOutputs = async (
  definition: StepDefinition,
  returned: unknown,
  directoryOf: (output: string) => string,
): Promise<Readonly<Record<string, unknown>>> => {
  const told = nameOutputs(definition, returned);
  refuseUndeclared(definition.outputs, told);
  const named = await withWritten(definition.outputs, told, directoryOf);
  const parsed = await Promise.all(
    Object.keys(definition.outputs).map(
      async (name) => [name, await parseOutput(definition, name, named)] as const,
    ),
  );
  return Object.fromEntries(parsed);
};

const nameOutputs = (definition: StepDefinition, returned: unknown): Readonly<Record<string, unknown>> => {
  if (definition.anonymousOutput) return { [ANONYMOUS_OUTPUT]: returned };
  const names = Object.keys(definition.outputs);
  if (names.length === 0) return {};
  if (typeof returned === "object" && returned !== null) return returned as Record<string, unknown>;
  if (returned === undefined && Object.values(definition.outputs).every(fileBrand)) return {};
  return wrong(
    `The step returned ${returned === null ? "null" : typeof returned}, but declares the outputs ${list(names)}: ` +
      "return an object with them.",
  );
};

const withWritten = async (
  outputs: Schemas,
  told: Readonly<Record<string, unknown>>,
  directoryOf: (output: string) => string,
): Promise<Readonly<Record<string, unknown>>> => {
  const named: Record<string, unknown> = { ...told };
  for (const [name, schema] of Object.entries(outputs)) {
    const brand = fileBrand(schema);
    if (!brand) continue;
    named[name] = await writtenOutput(name, brand, { returned: told[name], directory: directoryOf(name) });
  }
  return named;
};

const refuseUndeclared = (outputs: Schemas, named: Readonly<Record<string, unknown>>): void => {
  const extra = Object.keys(named).filter((name) => !(name in outputs));
  if (extra.length > 0)
    wrong(`The step returned ${list(extra)}, which it does not declare as outputs. Declare or remove it.`);
};

const parseOutput = async (
  definition: StepDefinition,
  name: string,
  named: Readonly<Record<string, unknown>>,
): Promise<unknown> => {
  try {
    return await definition.outputs[name]?.parseAsync(named[name]);
  } catch (error) {
    const missing = name in named ? "" : " (it was not returned)";
    const told = describeParseError(error).replaceAll("\n", "; ");
    return wrong(
      `Output "${name}" is not of its declared type${missing}: ${told}. ` +
        "Correct what the step returns, or the output's schema.",
    );
  }
};

const wrong = (message: string): never => fail({ kind: "wrong_output", name: "OutputTypeError", message });

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
