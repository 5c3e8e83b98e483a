import type { ExecutionSignals, StepCapacity, StepEnd, StepExecution } from "../../step-launcher/port.ts";
import type { Admission } from "./admission.ts";
import { neverFitting, neverStarted } from "./attempt-end.ts";
import { claimOf, neverFits } from "./claims.ts";

/** An admission for whoever decides which steps run at once. */
export const capacityOf = (admission: Admission): StepCapacity => ({
  tryEnter: (invocation) => admission.tryEnter(invocation.id, claimOf(invocation)),
  enter: (invocation) => admission.enter(invocation.id, claimOf(invocation)),
  leave: (invocationId) => admission.leave(invocationId),
  onFreed: (listener) => {
    admission.onFreed = listener;
  },
});

/** Has an attempt wait until there is room for it, which there is for a first one that was let in already. */
export const whenAdmitted = async (
  admission: Admission,
  execution: StepExecution,
  { signal }: ExecutionSignals,
  work: () => Promise<StepEnd>,
): Promise<StepEnd> => {
  const { invocation } = execution;
  const excess = neverFits(invocation, admission.capacity);
  if (excess !== undefined) return neverFitting(execution, excess);
  const isAlone = !admission.isRunning(invocation.id);
  if (!(await admission.settle(invocation.id, claimOf(invocation), signal))) return neverStarted(execution);
  const leave = () => {
    if (isAlone) admission.leave(invocation.id);
  };
  try {
    await admission.settled();
    const end = await work();
    end.released.then(leave, leave);
    return end;
  } catch (error) {
    leave();
    throw error;
  }
};
