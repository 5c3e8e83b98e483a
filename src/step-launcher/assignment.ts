import { randomBytes } from "node:crypto";
import type { ArtifactVersion, Assignment, Invocation, StepRun } from "../model/index.ts";
import type { GivenSecrets } from "../secrets/run-secrets.ts";
import type { RunContext } from "./run-context.ts";

export interface AssignmentFacts {
  readonly stepRun: StepRun;
  /** Input name → artifact. */
  readonly inputs: Readonly<Record<string, ArtifactVersion>>;
  /** Output name → URI. */
  readonly uris: Readonly<Record<string, string>>;
  /** Where the result is to be written. */
  readonly exchange: string;
  /** Whether no retries are left. */
  readonly lastAttempt: boolean;
}

/** What the process of an attempt is told to do. */
export const createAssignment = (
  { run, snapshot, artifactStore }: RunContext,
  invocation: Invocation,
  { stepRun, inputs, uris, exchange, lastAttempt }: AssignmentFacts,
): Assignment => ({
  formatVersion: 1,
  runId: run.id,
  runName: run.name,
  pipelineName: snapshot.pipelineName,
  stepRunId: stepRun.id,
  invocationId: invocation.id,
  stepName: invocation.stepName,
  attempt: stepRun.attempt,
  lastAttempt,
  hooks: invocation.hooks ?? {},
  artifactStore: artifactStore.name,
  inputs: assignInputs(invocation, inputs),
  outputs: assignOutputs(invocation, uris),
  attemptDirectory: exchange,
  nonce: randomBytes(16).toString("hex"),
});

/** The assignment as the process gets it, with what the copy that is kept does not have. */
export const toldAssignment = ({
  assignment,
  given,
}: {
  readonly assignment: Assignment;
  readonly given: GivenSecrets;
}): Assignment => ({ ...assignment, ...given });

export const assignOutputs = (
  { outputs }: Invocation,
  uris: AssignmentFacts["uris"],
): Assignment["outputs"] =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { materializer }]) => [
      name,
      { uri: uris[name] ?? "", materializer },
    ]),
  );

const assignInputs = (invocation: Invocation, inputs: AssignmentFacts["inputs"]): Assignment["inputs"] => {
  const entries = Object.entries(invocation.inputs).map(([name, source]) => {
    if (source.kind === "parameter") return [name, source] as const;
    const artifact = inputs[name];
    if (!artifact) throw new TypeError(`input ${name} of ${invocation.id} was not resolved`);
    const { uri, materializer, contentHash } = artifact;
    return [name, { kind: "artifact" as const, uri, materializer, contentHash }] as const;
  });
  return Object.fromEntries(entries);
};
