import type { Healthcheck } from "../../docker/health-port.ts";
import type { ContainerSpec } from "../../docker/port.ts";
import type { Assignment, Invocation, ServiceHealthcheck, ServiceSettings } from "../../model/index.ts";
import { LABEL, type LabelFacts, stepLabels } from "./labels.ts";

/** Seconds in which a service must be ready where its settings say nothing. */
export const START_TIMEOUT = 60;

/** The services of an attempt; undefined where there are none. Hooks that are called alone get none. */
export const servicesOf = ({
  invocation,
  assignment,
}: {
  readonly invocation: Pick<Invocation, "settings">;
  readonly assignment: Pick<Assignment, "hook">;
}): Readonly<Record<string, ServiceSettings>> | undefined => {
  const { services = {} } = invocation.settings;
  return assignment.hook || Object.keys(services).length === 0 ? undefined : services;
};

export interface ServiceFacts extends LabelFacts {
  readonly name: string;
  readonly network: string;
  readonly pidsLimit: number;
}

/** The network and the containers of an attempt's services begin with this. */
export const serviceNetworkName = ({ pipelineName, invocationId, stepRunId }: LabelFacts): string =>
  `stepdock-${pipelineName}-${invocationId}-${stepRunId.slice(0, 8)}`;

/**
 * The container of a service. Unlike a step's it is of an image that knows nothing of us: its root may be written to, it
 * runs as the image's user, as PID 1, and keeps the capabilities with which images give up root.
 */
export const serviceSpec = (service: ServiceSettings, facts: ServiceFacts): ContainerSpec => ({
  name: `${serviceNetworkName(facts)}-${facts.name}`,
  image: service.image,
  ...(service.entrypoint && { entrypoint: service.entrypoint }),
  command: service.command ?? [],
  environment: service.environment ?? {},
  labels: { ...stepLabels(facts), [LABEL.service]: facts.name },
  mounts: [],
  ...(service.user !== undefined && { user: service.user }),
  network: facts.network,
  networkAliases: [facts.name],
  healthcheck: healthcheckOf(service),
  pidsLimit: facts.pidsLimit,
  readOnlyRoot: false,
  tmpfs: service.tmpfs ?? {},
  init: false,
  capabilitiesDropped: [...NOT_NEEDED],
  noNewPrivileges: true,
  stdin: false,
});

/** Of those that an engine gives unasked; what is left is for chown, and for becoming another user. */
const NOT_NEEDED = ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"] as const;

/**
 * Images mostly say nothing of the interval, which is then 30 s: the engine looks for the first time when that is over,
 * so that a step would wait so long for a service that is ready after one.
 */
const healthcheckOf = ({ healthcheck, startTimeout = START_TIMEOUT }: ServiceSettings): Healthcheck =>
  healthcheck === undefined
    ? { intervalSeconds: 1, startPeriodSeconds: startTimeout }
    : {
        test: testOf(healthcheck.command),
        intervalSeconds: healthcheck.interval ?? 1,
        timeoutSeconds: healthcheck.timeout ?? 5,
        startPeriodSeconds: healthcheck.startPeriod ?? startTimeout,
        retries: healthcheck.retries ?? 3,
      };

const testOf = (command: ServiceHealthcheck["command"]): readonly string[] =>
  typeof command === "string" ? ["CMD-SHELL", command] : ["CMD", ...command];
