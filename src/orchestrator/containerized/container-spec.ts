import { join } from "node:path";
import type { ArtifactStore } from "../../artifact/port.ts";
import type { ContainerSpec, Mount } from "../../docker/port.ts";
import { bundlesOfInvocation, type Invocation } from "../../model/index.ts";
import type { StepExecution } from "../../step-launcher/port.ts";
import {
  BUNDLES_IN_IMAGE,
  ENTRYPOINT_IN_IMAGE,
  StepEntrypointConfiguration,
} from "../../step-runner/step-entrypoint-configuration.ts";
import { askedOf } from "./asked-of-container.ts";
import { stepLabels } from "./labels.ts";

export interface ContainerSpecFacts {
  readonly image: string;
  readonly snapshotId: string;
  readonly workspaceId: string;
  readonly storesPath: string;
  /** What a step without a network has as `/etc/hosts`. */
  readonly hostsFile: string;
  /** What paths in settings are relative to. */
  readonly projectRoot: string;
  readonly artifactStore: ArtifactStore;
  /** For images that are used as they are: what runs a step, and the folder of bundles. */
  readonly code: { readonly entrypoint: string | undefined; readonly bundles: string };
  readonly pidsLimit: number;
  readonly stopGracePeriod: number;
}

/** What of an attempt its container depends on. */
export interface SpecExecution extends Pick<StepExecution, "invocation" | "environment"> {
  readonly assignment: Pick<
    StepExecution["assignment"],
    "pipelineName" | "runId" | "stepRunId" | "invocationId" | "outputs" | "hook"
  >;
  readonly paths: Pick<StepExecution["paths"], "exchange">;
}

/**
 * The container of one attempt, with as few rights as it can do with: every stored artifact readable, only its own
 * outputs and its exchange directory writable, nothing of the host's else, no network; but for what its settings say.
 */
export const stepContainerSpec = (execution: SpecExecution, facts: ContainerSpecFacts): ContainerSpec => {
  const { invocation, assignment } = execution;
  const { docker, network = "none" } = invocation.settings;
  const asked = askedOf(invocation.settings, facts.projectRoot);
  const hostsFile = mayBeAlone(asked) ? facts.hostsFile : undefined;
  return {
    name: nameOf(execution),
    image: facts.image,
    entrypoint: StepEntrypointConfiguration.getEntrypointCommand(),
    command: StepEntrypointConfiguration.getEntrypointArguments({
      stepName: invocation.id,
      snapshotId: facts.snapshotId,
      stepSource: `${BUNDLES_IN_IMAGE}/${invocation.codeHash}.mjs#step`,
      assignment: "-",
    }),
    environment: { HOME: "/tmp", USER: "stepdock", ...execution.environment },
    labels: stepLabels({ ...assignment, workspaceId: facts.workspaceId }),
    ...asked,
    mounts: [
      ...mountsOf(execution, facts),
      ...(docker?.skipBuild ? codeMounts(invocation, facts.code) : []),
      ...asked.mounts,
    ],
    ...userOf(docker?.user),
    workdir: "/tmp",
    ...{ network, hostsFile },
    pidsLimit: facts.pidsLimit,
    readOnlyRoot: true,
    tmpfs: { ...(asked.mounts.some(({ target }) => target === "/tmp") ? {} : TMP), ...asked.tmpfs },
    init: true,
    capabilitiesDropped: ["ALL"],
    noNewPrivileges: true,
    stdin: true,
    stopTimeoutSeconds: Math.ceil(invocation.stopGracePeriod ?? facts.stopGracePeriod),
  };
};

/** Whether it asks for nothing that only the engine's own set-up of a network does. */
const mayBeAlone = ({ extraHosts, ports, mounts }: ReturnType<typeof askedOf>): boolean =>
  extraHosts === undefined && ports === undefined && mounts.every(({ target }) => target !== "/etc/hosts");

const TMP = { "/tmp": "rw,exec,nosuid,nodev,mode=1777" };

/** Hooks that are called alone are of the same step run as the attempt whose container may not be gone yet. */
const nameOf = ({ invocation, assignment }: SpecExecution): string =>
  `stepdock-${assignment.pipelineName}-${invocation.id}-${assignment.stepRunId.slice(0, 8)}${assignment.hook ? "-hook" : ""}`;

/** At the same paths as on the host, so that a path means the same in both. */
const mountsOf = ({ assignment, paths }: SpecExecution, facts: ContainerSpecFacts): Mount[] => {
  const writable = [
    ...Object.values(assignment.outputs).map(({ uri }) => facts.artifactStore.path(uri)),
    paths.exchange,
  ];
  return [
    { type: "bind", source: facts.storesPath, target: facts.storesPath, readOnly: true },
    ...writable.map((path) => ({ type: "bind" as const, source: path, target: path, readOnly: false })),
  ];
};

/** Where an image has its code, had it been built. */
const codeMounts = (invocation: Invocation, { entrypoint, bundles }: ContainerSpecFacts["code"]): Mount[] => {
  if (entrypoint === undefined)
    throw new TypeError("nothing is known that runs a step in an image of others");
  return [
    { type: "bind", source: entrypoint, target: ENTRYPOINT_IN_IMAGE, readOnly: true },
    ...bundlesOfInvocation(invocation).map((hash) => ({
      ...({ type: "bind", source: join(bundles, `${hash}.mjs`) } as const),
      ...{ target: `${BUNDLES_IN_IMAGE}/${hash}.mjs`, readOnly: true },
    })),
  ];
};

/** The caller's, so that outputs on the host belong to the caller. Where the platform has no uids, the image's own. */
const userOf = (asked: string | undefined): { user?: string } => {
  if (asked !== undefined) return { user: asked };
  const uid = process.getuid?.();
  return uid === undefined ? {} : { user: `${uid}:${process.getgid?.() ?? uid}` };
};
