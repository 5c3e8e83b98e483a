import { hostname } from "node:os";

export const LABEL = {
  runId: "dev.stepdock.run-id",
  stepRunId: "dev.stepdock.step-run-id",
  pipeline: "dev.stepdock.pipeline",
  step: "dev.stepdock.step",
  workspace: "dev.stepdock.workspace",
  /** The name of a service, on containers that are one. */
  service: "dev.stepdock.service",
  owner: "dev.stepdock.owner",
} as const;

/** Host, pid and start time of this process: what a person reads to see who made a container. */
const owner = (): string => `${hostname()} ${process.pid} ${Math.round(performance.timeOrigin)}`;

export interface LabelFacts {
  readonly workspaceId: string;
  readonly runId: string;
  readonly stepRunId: string;
  readonly pipelineName: string;
  readonly invocationId: string;
}

/** On every container that is made for a step. */
export const stepLabels = (facts: LabelFacts): Record<string, string> => ({
  [LABEL.runId]: facts.runId,
  [LABEL.stepRunId]: facts.stepRunId,
  [LABEL.pipeline]: facts.pipelineName,
  [LABEL.step]: facts.invocationId,
  [LABEL.workspace]: facts.workspaceId,
  [LABEL.owner]: owner(),
});

/** Whether a container is a step's own, and no service's. */
export const isOfStep = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean =>
  !(LABEL.service in labels);
