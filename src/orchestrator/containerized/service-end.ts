import { recordBytes } from "../../logging/log-record.ts";
import type { StepLog } from "../../logging/step-log.ts";
import type { Failure } from "../../model/index.ts";
import type { Attempt } from "./attempt-end.ts";

export const SERVICE_FAILED = "ServiceFailed";

/** Why a service is of no use. It is thrown to end the wait for the others, and told as the failure of the step. */
export class ServiceFailure extends Error {
  override readonly name = SERVICE_FAILED;
}

export interface FailedService {
  readonly name: string;
  readonly image: string;
  readonly log: Pick<StepLog, "tail">;
}

/** Lines of a service's log that a message shows. */
const LINES = 10;

/** `what`: what became of it, as `ended with exit code 1`. */
export const serviceFailure = (
  { name, image, log }: FailedService,
  what: string,
  { assignment }: Pick<Attempt, "assignment">,
): ServiceFailure => {
  const lines = log.tail.flatMap((record) => recordBytes(record).toString("utf8").trimEnd().split("\n"));
  const last = lines.slice(-LINES).map((line) => `  ${line}`);
  const { runId, invocationId } = assignment;
  return new ServiceFailure(
    [
      `Service "${name}" (image ${image}) ${what}.${last.length > 0 ? " It printed last:" : " It printed nothing."}`,
      ...last,
      ...(last.length > 0 ? [`All of it: stepdock logs ${runId} ${invocationId} --service ${name}`] : []),
    ].join("\n"),
  );
};

export const asFailure = ({ name, message }: ServiceFailure): Failure => ({
  ...{ kind: "not_started", name, message, retryable: true },
});
