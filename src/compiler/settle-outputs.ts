import type { Invocation, OutputSpec } from "../model/index.ts";
import { fileBrand } from "../pipeline/file-brand.ts";
import { type Declaration, declarationOf, NAMED_MATERIALIZERS } from "../pipeline/materializer.ts";
import type { Schema } from "../pipeline/schema.ts";
import type { StepDefinition } from "../pipeline/step.ts";
import { didYouMean } from "../util/nearest.ts";
import { PipelineError } from "./errors.ts";
import { describeSchema, nestsFile } from "./schema-kinds.ts";

const NAMED: readonly string[] = NAMED_MATERIALIZERS;
const TAKEN: readonly string[] = [...NAMED, "file", "directory", "auto"];

export const WHOLE =
  "file() and directory() are whole inputs or outputs, and cannot be inside of another schema. Declare several, or a folder.";

/** How each output of a step is stored: as its declaration says, by its kind, or by its value. */
export const settleOutputs = ({ outputs }: StepDefinition, where: string): Invocation["outputs"] =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, schema]) => [name, settleOne(schema, `${where}, output "${name}"`)]),
  );

const settleOne = (schema: Schema, where: string): OutputSpec => {
  const { name, materializer } = declarationOf(schema);
  if (nestsFile(schema)) throw new PipelineError(`${where}: ${WHOLE}`);
  if (name !== undefined && !/^[^\s\p{C}]+$/u.test(name)) {
    throw new PipelineError(
      `${where}: "${name}" cannot be the name of an artifact: give a text without spaces.`,
    );
  }
  return {
    ...storedBy(schema, materializer, where),
    ...(name === undefined ? {} : { name }),
    type: describeSchema(schema, "output"),
  };
};

const storedBy = (
  schema: Schema,
  materializer: Declaration["materializer"],
  where: string,
): Pick<OutputSpec, "materializer" | "materializerVersion"> => {
  const kind = fileBrand(schema)?.kind;
  if (materializer === undefined) return { materializer: kind ?? "auto" };
  if (kind) throw new PipelineError(`${where}: a ${kind} is stored as it is. Leave the materializer out.`);
  if (typeof materializer === "string") return { materializer: checkNamed(materializer, where) };
  checkOwnName(materializer.name, where);
  return { materializer: materializer.name, materializerVersion: materializer.version };
};

const checkNamed = (name: string, where: string): string => {
  if (NAMED.includes(name)) return name;
  throw new PipelineError(
    `${where}: there is no materializer "${name}". By name there are: ${NAMED.join(", ")}.${didYouMean(name, NAMED)} ` +
      "One of your own is named by itself: { materializer: myMaterializer }.",
  );
};

const checkOwnName = (name: string, where: string): void => {
  if (TAKEN.includes(name))
    throw new PipelineError(
      `${where}: "${name}" is a materializer that is there already. Choose another name.`,
    );
  if (!/^[A-Za-z0-9_-]+$/.test(name))
    throw new PipelineError(`${where}: "${name}" cannot name a materializer: use letters, digits, _ and -.`);
};
