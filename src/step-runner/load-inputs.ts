import type { MaterializerRegistry } from "../artifact/materializers/registry.ts";
import type { ArtifactStore } from "../artifact/port.ts";
import { loadInput } from "../artifact/store-output.ts";
import type { AssignedInput, Assignment } from "../model/index.ts";
import type { Schema } from "../pipeline/schema.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { describeParseError } from "../util/parse-error.ts";
import { decodeTagged } from "../util/tagged.ts";
import { fail } from "./failures.ts";
import { registryOf } from "./materializers.ts";

/** Reads and parses every input: artifacts by the step's own schemas, parameters as they are (the host parsed them). */
export const loadInputs = async (
  definition: Pick<StepDefinition, "inputs" | "outputs">,
  assignment: Assignment,
  store: ArtifactStore,
): Promise<Readonly<Record<string, unknown>>> => {
  const from = { store, registry: registryOf(definition) };
  const loaded = await Promise.all(
    Object.entries(definition.inputs).map(async ([name, schema]) => {
      const input = assignment.inputs[name];
      return input ? ([name, await loadOne(name, schema, input, from)] as const) : undefined;
    }),
  );
  return Object.fromEntries(loaded.filter((entry) => entry !== undefined));
};

interface ReadFrom {
  readonly store: ArtifactStore;
  readonly registry: MaterializerRegistry;
}

const loadOne = async (name: string, schema: Schema, input: AssignedInput, from: ReadFrom) => {
  if (input.kind === "parameter") return decodeTagged(input.value);
  return await parseInput(name, schema, await readArtifact(name, input, from));
};

const readArtifact = async (
  name: string,
  input: Extract<AssignedInput, { kind: "artifact" }>,
  { store, registry }: ReadFrom,
): Promise<unknown> => {
  try {
    return await loadInput(store.path(input.uri), input.materializer, registry);
  } catch (error) {
    return fail({
      kind: "input_damaged",
      message: `Input "${name}" cannot be read from ${input.uri}: ${describeParseError(error)}`,
    });
  }
};

const parseInput = async (name: string, schema: Schema, value: unknown): Promise<unknown> => {
  try {
    return await schema.parseAsync(value);
  } catch (error) {
    return fail({
      kind: "wrong_input",
      name: "InputTypeError",
      message: `Input "${name}" is not what the step's schema asks for: ${describeParseError(error)}`,
    });
  }
};
