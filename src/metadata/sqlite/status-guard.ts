import { type ExecutionStatus, mayFollow } from "../../model/index.ts";
import { StatusTransitionError } from "../status-errors.ts";

/** Throws where `to` is a change that may not follow `from`; a patch that leaves the status as it is may pass. */
export const guardStatus = (
  subject: string,
  from: ExecutionStatus,
  to: ExecutionStatus | undefined,
): void => {
  if (to === undefined || to === from || mayFollow(from, to)) return;
  throw new StatusTransitionError(subject, from, to);
};
