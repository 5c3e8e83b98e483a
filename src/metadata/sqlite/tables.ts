import type { Generated } from "kysely";
import { ArtifactVersion, PipelineRun, StepRun } from "../../model/index.ts";

/** A record as a row: nested data as JSON text, everything else as it is. */
type Packed<T, Nested extends keyof T> = Omit<T, Nested> & {
  [Key in Nested]: null extends T[Key] ? string | null : string;
};
type Published<Row> = Row & { readonly seq: Generated<number> };
type Document = { readonly id: string; readonly createdAt: string; readonly body: string };
type Link = { readonly stepRunId: string; readonly name: string; readonly artifactId: string };

/** The tables as Kysely sees them, in camelCase; see `migrations.ts`. */
export interface Tables {
  meta: { readonly key: string; readonly value: string };
  snapshots: Document;
  builds: Document & { readonly snapshotId: string };
  pipelineRuns: Published<ReturnType<typeof runs.pack>>;
  stepRuns: Published<ReturnType<typeof stepRuns.pack>>;
  artifacts: ReturnType<typeof artifacts.pack> & { readonly version: number };
  artifactNames: { readonly name: string; readonly lastVersion: number };
  stepRunInputs: Link;
  stepRunOutputs: Link;
  registrations: {
    readonly kind: string;
    readonly type: string;
    readonly name: string;
    readonly body: string;
  };
  removals: { readonly uri: string; readonly body: string };
}

/** Both ways between a record of the model and its row. Columns are the model's keys, so rows may hold more. */
const codec = <T extends object, Nested extends keyof T & string>(
  model: { readonly shape: Readonly<Record<keyof T & string, unknown>> },
  nested: readonly Nested[],
) => {
  const keys = Object.keys(model.shape) as (keyof T & string)[];
  const isNested = new Set<string>(nested);
  const convert = (from: object, wanted: readonly string[], nest: (value: unknown) => unknown): object => {
    const values = from as Record<string, unknown>;
    const converted: Record<string, unknown> = {};
    for (const key of wanted) {
      const value = values[key];
      converted[key] = value !== null && isNested.has(key) ? nest(value) : value;
    }
    return converted;
  };
  return {
    keys,
    pack: (record: T) => convert(record, keys, JSON.stringify) as Packed<T, Nested>,
    /** Only the fields that the patch has. */
    packPatch: (patch: Partial<T>) =>
      convert(
        patch,
        keys.filter((key) => patch[key] !== undefined),
        JSON.stringify,
      ) as Partial<Packed<T, Nested>>,
    unpack: (row: Packed<T, Nested>) => convert(row, keys, (text) => JSON.parse(text as string)) as T,
  };
};

export const runs = codec<PipelineRun, "failure" | "metadata">(PipelineRun, ["failure", "metadata"]);

export const stepRuns = codec<StepRun, "keyIngredients" | "failure" | "skipReason" | "warnings" | "metadata">(
  StepRun,
  ["keyIngredients", "failure", "skipReason", "warnings", "metadata"],
);

export const artifacts = codec<ArtifactVersion, "metadata" | "stamps">(ArtifactVersion, [
  "metadata",
  "stamps",
]);
