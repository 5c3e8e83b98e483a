import { randomUUID } from "node:crypto";
import { ArtifactDamagedError, ArtifactMissingError } from "../artifact/errors.ts";
import { ArtifactStoreError } from "../artifact/store-error.ts";
import type { ArtifactVersion, Failure, Invocation, StepRun, StoredOutput } from "../model/index.ts";
import type { RunContext } from "./run-context.ts";

/** The outputs of an attempt as artifacts, or why they are not taken. */
export type TakenOutputs =
  | { readonly artifacts: Readonly<Record<string, ArtifactVersion>> }
  | { readonly failure: Failure };

/** An attempt and what its process says that it wrote. */
export interface ToldOutputs {
  readonly stepRun: StepRun;
  /** Output name → URI, as assigned. */
  readonly uris: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, StoredOutput>>;
  readonly killSignal: AbortSignal;
}

/**
 * Makes artifacts of what an attempt says that it wrote, and has them stored: all or none. Its process is not trusted: it
 * may have left links, or less.
 */
export const takeOutputs = async (
  context: RunContext,
  invocation: Invocation,
  told: ToldOutputs,
): Promise<TakenOutputs> => {
  const names = Object.keys(invocation.outputs);
  const isWhole =
    names.length === Object.keys(told.outputs).length && names.every((name) => name in told.outputs);
  if (!isWhole) return refused(`The step reported other outputs than ${names.join(", ") || "none"}.`);
  const artifacts: Record<string, ArtifactVersion> = {};
  for (const name of names) {
    const taken = await take(context, invocation, { ...told, name });
    if ("failure" in taken) return taken;
    artifacts[name] = taken;
  }
  return (await storeAll(context, artifacts, told.killSignal)) ?? { artifacts };
};

const storeAll = async (
  { artifactStore }: RunContext,
  artifacts: Readonly<Record<string, ArtifactVersion>>,
  signal: AbortSignal,
): Promise<{ readonly failure: Failure } | undefined> => {
  const begun: string[] = [];
  for (const [name, artifact] of Object.entries(artifacts)) {
    try {
      begun.push(artifact.uri);
      await artifactStore.store(artifact, { signal });
    } catch (error) {
      // Nobody will ever ask for them: where they cannot be removed, `clean` does it, with the run.
      for (const uri of begun) await artifactStore.remove(uri).catch(() => {});
      return notStored(name, error, signal);
    }
  }
  return undefined;
};

const notStored = (name: string, error: unknown, signal: AbortSignal): { readonly failure: Failure } => {
  const told = {
    name: (error as Error).name,
    message: `Output "${name}" cannot be stored: ${(error as Error).message}`,
  };
  if (signal.aborted) return { failure: { ...told, kind: "stopped", retryable: true } };
  if (error instanceof ArtifactStoreError)
    return { failure: { ...told, kind: "output_not_written", retryable: true } };
  return refused(`Output "${name}" is refused: ${problemOf(error)}`);
};

const take = async (
  { artifactStore, snapshot, now }: RunContext,
  invocation: Invocation,
  { stepRun, uris, outputs, name }: ToldOutputs & { readonly name: string },
): Promise<ArtifactVersion | { readonly failure: Failure }> => {
  const [uri, stored] = [uris[name], outputs[name]];
  if (uri === undefined || stored === undefined) throw new TypeError(`output ${name} has no place`);
  const { materializer = "auto" } = invocation.outputs[name] ?? {};
  if (materializer !== "auto" && materializer !== stored.materializer) {
    return refused(
      `Output "${name}" is refused: it was stored as ${stored.materializer}, not as ${materializer}.`,
    );
  }
  const stamps = await artifactStore.stamps(uri, stored).catch(problemOf);
  if (typeof stamps === "string") return refused(`Output "${name}" is refused: ${stamps}`);
  const sizeBytes = stamps.reduce((sum, stamp) => sum + stamp.sizeBytes, 0);
  if (sizeBytes !== stored.sizeBytes) {
    return refused(
      `Output "${name}" is refused: there are ${sizeBytes} bytes at ${artifactStore.path(uri)}, ` +
        `and ${stored.sizeBytes} were reported. Something changed it after it was written.`,
    );
  }
  return {
    ...{ ...stored, id: randomUUID(), uri, stamps },
    name: invocation.outputs[name]?.name ?? `${snapshot.pipelineName}::${invocation.id}::${name}`,
    createdAt: now().toISOString(),
    producerStepRunId: stepRun.id,
  };
};

const problemOf = (error: unknown): string => {
  if (error instanceof ArtifactDamagedError) return `at ${error.path}, ${error.problem}`;
  if (error instanceof ArtifactMissingError) return `there is nothing at ${error.path}.`;
  throw error;
};

const refused = (message: string): { readonly failure: Failure } => ({
  failure: { kind: "wrong_output", name: "OutputRefused", message, retryable: false },
});
