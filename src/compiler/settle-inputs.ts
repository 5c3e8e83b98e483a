import type { InputSource } from "../model/index.ts";
import { fileBrand } from "../pipeline/file-brand.ts";
import { ownMaterializer } from "../pipeline/materializer.ts";
import type { Schema } from "../pipeline/schema.ts";
import { INVOCATION, isInvocationReference } from "../pipeline/schema.ts";
import type { WiredArgument, WiredInvocation } from "../pipeline/wiring.ts";
import { EncodingError } from "../util/encoding-error.ts";
import { didYouMean } from "../util/nearest.ts";
import { describeParseError } from "../util/parse-error.ts";
import { encodeTagged } from "../util/tagged.ts";
import { mayFit } from "./compatible.ts";
import { InputWiringError } from "./errors.ts";
import { describeSchema, nestsFile } from "./schema-kinds.ts";
import { WHOLE } from "./settle-outputs.ts";
import { type FindArtifact, settleStored } from "./settle-stored.ts";

/** Turns wired arguments into input sources: literals parsed and encoded, outputs checked against the input's type. */
export const settleInputs = async (
  pipelineName: string,
  invocation: WiredInvocation,
  find?: FindArtifact,
): Promise<Record<string, InputSource>> => {
  refuseUnknown(pipelineName, invocation);
  const settled = await Promise.all(
    Object.entries(invocation.definition.inputs).map(async ([input, schema]) => {
      const at = { pipelineName, invocationId: invocation.id, input };
      return [input, await settleOne(at, schema, invocation.arguments[input], find)] as const;
    }),
  );
  return Object.fromEntries(
    settled.filter((entry): entry is [string, InputSource] => entry[1] !== undefined),
  );
};

type At = ConstructorParameters<typeof InputWiringError>[0];

const refuseUnknown = (pipelineName: string, invocation: WiredInvocation): void => {
  const known = Object.keys(invocation.definition.inputs);
  for (const input of Object.keys(invocation.arguments)) {
    if (known.includes(input)) continue;
    const has = known.length === 0 ? "it has none" : `it has: ${known.join(", ")}`;
    throw new InputWiringError(
      { pipelineName, invocationId: invocation.id, input },
      `step "${invocation.definition.name}" has no such input; ${has}.${didYouMean(input, known)}`,
    );
  }
};

const settleOne = async (
  at: At,
  schema: Schema,
  argument: WiredArgument | undefined,
  find: FindArtifact | undefined,
): Promise<InputSource | undefined> => {
  if (nestsFile(schema)) throw new InputWiringError(at, WHOLE);
  if (argument?.kind === "stored") return settleStored(at, schema, { reference: argument.reference, find });
  if (argument?.kind === "output") return settleOutput(at, schema, argument);
  const stored = fileBrand(schema);
  if (stored) throw new InputWiringError(at, needsStep(stored.kind, argument));
  const value = await parseLiteral(at, schema, argument);
  // An optional input that was left out stays out: its absence, too, is part of the key. Cloned, since the snapshot is
  // frozen as a whole and a plain value is encoded as itself.
  return value === undefined ? undefined : { kind: "parameter", value: structuredClone(encoded(at, value)) };
};

const needsStep = (kind: string, argument: WiredArgument | undefined): string =>
  `it takes a ${kind === "file" ? "file" : "folder"}, but ${argument ? "got one of this machine" : "nothing was given"}. ` +
  "Wire it to an output of a step: a step that brings it from elsewhere, if there is none yet.";

const encoded = (at: At, value: unknown): ReturnType<typeof encodeTagged> => {
  try {
    return encodeTagged(value);
  } catch (error) {
    throw error instanceof EncodingError ? new InputWiringError(at, error.message) : error;
  }
};

const settleOutput = (
  at: At,
  schema: Schema,
  argument: Extract<WiredArgument, { kind: "output" }>,
): InputSource => {
  if (!mayFit(argument.schema, schema)) {
    throw new InputWiringError(
      at,
      `it takes ${describeSchema(schema, "input")}, but is wired to output "${argument.output}" of ` +
        `"${argument.invocation}", which is ${describeSchema(argument.schema, "output")}.`,
    );
  }
  checkReadable(at, schema, argument);
  return { kind: "artifact", invocation: argument.invocation, output: argument.output };
};

/** The code of a materializer is in the bundle of a step that names it, and in no other. */
const checkReadable = (
  at: At,
  schema: Schema,
  { schema: given, invocation, output }: Extract<WiredArgument, { kind: "output" }>,
): void => {
  const [stored, named] = [ownMaterializer(given), ownMaterializer(schema)];
  if (stored?.name === named?.name) return;
  throw new InputWiringError(
    at,
    stored
      ? `output "${output}" of "${invocation}" is stored by the materializer "${stored.name}", which the input does not ` +
          `name. Declare it as input(schema, { materializer: … }) with the same one.`
      : `it names the materializer "${named?.name}", but output "${output}" of "${invocation}" is not stored by it. ` +
          "Name it there, too: output(schema, { materializer: … }).",
  );
};

const parseLiteral = async (
  at: At,
  schema: Schema,
  argument: WiredArgument | undefined,
): Promise<unknown> => {
  const value = argument?.kind === "literal" ? argument.value : undefined;
  try {
    return await schema.parseAsync(value);
  } catch (error) {
    const given =
      argument === undefined
        ? "nothing was given, or undefined."
        : `it was given ${kindOf(value)} (${describeParseError(error)}).`;
    throw new InputWiringError(at, `it takes ${describeSchema(schema, "input")}, but ${given}`);
  }
};

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (isInvocationReference(value)) {
    return `all outputs of "${value[INVOCATION]}" as one: take one of them by its name, ${Object.keys(value).join(" or ")}`;
  }
  return typeof value === "object"
    ? (value.constructor?.name ?? "an object")
    : `${typeof value} ${String(value)}`;
};
