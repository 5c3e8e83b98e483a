import { isKnown } from "../artifact/materializers/registry.ts";
import type { InputSource } from "../model/index.ts";
import { fileBrand } from "../pipeline/file-brand.ts";
import { ownMaterializer } from "../pipeline/materializer.ts";
import type { Schema } from "../pipeline/schema.ts";
import type { ArtifactReference } from "../pipeline/stored-artifact.ts";
import { InputWiringError } from "./errors.ts";
import { describeSchema } from "./schema-kinds.ts";

/** What the compiler has to know of an artifact that is there already. */
export interface FoundArtifact {
  readonly id: string;
  readonly name: string;
  /** 1 for the first under its name. */
  readonly version: number;
  readonly materializer: string;
}

/** Finds an artifact by name and version; throws, with what there is, where there is none. */
export type FindArtifact = (reference: ArtifactReference) => Promise<FoundArtifact>;

type At = ConstructorParameters<typeof InputWiringError>[0];

/** An input that is an artifact of an earlier run: settled now, so that a run that is resumed takes the same one. */
export const settleStored = async (
  at: At,
  schema: Schema,
  { reference, find }: { readonly reference: ArtifactReference; readonly find: FindArtifact | undefined },
): Promise<InputSource> => {
  if (!find)
    throw new InputWiringError(at, `it takes artifact "${reference.name}", but no workspace is open.`);
  const { id: artifactId, name, version, materializer } = await find(reference);
  const problem = misfit(schema, materializer);
  if (problem) throw new InputWiringError(at, `artifact "${name}", version ${version}, ${problem}`);
  return { kind: "stored", artifactId, name, version };
};

const misfit = (schema: Schema, materializer: string): string | undefined => {
  const wanted = fileBrand(schema)?.kind;
  const isTree = materializer === "file" || materializer === "directory";
  if (wanted !== undefined && wanted !== materializer)
    return `is stored as ${materializer}, and no ${wanted}.`;
  if (isTree && wanted === undefined)
    return `is a ${materializer}, but it takes ${describeSchema(schema, "input")}.`;
  if (isKnown(materializer) || ownMaterializer(schema)?.name === materializer) return undefined;
  return `is stored by the materializer "${materializer}", which the input does not name. Declare it as input(schema, { materializer: … }).`;
};
