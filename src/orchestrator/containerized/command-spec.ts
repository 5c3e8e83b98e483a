import type { ContainerSpec, Mount } from "../../docker/port.ts";
import { type ContainerSpecFacts, type SpecExecution, stepContainerSpec } from "./container-spec.ts";

/** What a container step's container has of its own. */
export interface CommandParts {
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[];
  readonly workdir: string | undefined;
  /** Besides those of every step. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its own inputs, read-only, and its own outputs: never the stores. */
  readonly mounts: readonly Mount[];
}

/** The container of one attempt at a container step: as any step's, but for what stepdock itself needs in there. */
export const commandContainerSpec = (
  execution: SpecExecution,
  facts: ContainerSpecFacts,
  parts: CommandParts,
): ContainerSpec => {
  const { entrypoint: _, workdir: __, ...spec } = stepContainerSpec(execution, facts);
  const { ZENML_LOCAL_STORES_PATH: ___, ...environment } = spec.environment;
  const ours = new Set([facts.storesPath, execution.paths.exchange, ...outputPaths(execution, facts)]);
  return {
    ...spec,
    ...(parts.entrypoint && { entrypoint: parts.entrypoint }),
    ...(parts.workdir !== undefined && { workdir: parts.workdir }),
    command: parts.command,
    environment: { ...environment, ...parts.environment },
    mounts: [...spec.mounts.filter(({ source }) => !ours.has(source)), ...parts.mounts],
    stdin: false,
  };
};

const outputPaths = ({ assignment }: SpecExecution, { artifactStore }: ContainerSpecFacts): string[] =>
  Object.values(assignment.outputs).map(({ uri }) => artifactStore.path(uri));
