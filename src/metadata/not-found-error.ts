import { StepdockError } from "../errors/error.ts";
import type { PipelineRun } from "../model/index.ts";

/** No record, or no single one, fits a reference. */
export class NotFoundError extends StepdockError {
  readonly code = "not_found";
  readonly kind: "run" | "step run";
  readonly reference: string;
  /** Ids of the records that the reference fits, where it fits several. */
  readonly candidates: readonly string[];

  constructor(
    kind: "run" | "step run",
    reference: string,
    message: string,
    candidates: readonly string[] = [],
  ) {
    super(message);
    this.kind = kind;
    this.reference = reference;
    this.candidates = candidates;
  }
}

const LIST = "`stepdock runs` lists them.";

export const noSuchRun = (reference: string): NotFoundError => {
  const message =
    reference === "latest"
      ? "There is no run yet, so none is the latest: `stepdock run` starts one."
      : `There is no run whose name is '${reference}' or whose id is or begins with it. ${LIST}`;
  return new NotFoundError("run", reference, message);
};

const LISTED = 10;

export const ambiguousRun = (reference: string, fitting: readonly PipelineRun[]): NotFoundError => {
  const shown = fitting.slice(0, LISTED).map(({ id, name, createdAt }) => `\n  ${id}  ${name}  ${createdAt}`);
  const rest = fitting.length > LISTED ? `\n  and ${fitting.length - LISTED} more. ${LIST}` : "";
  return new NotFoundError(
    "run",
    reference,
    `'${reference}' fits ${fitting.length} runs; name one by its id:${shown.join("")}${rest}`,
    fitting.map(({ id }) => id),
  );
};

export const noSuchStepRun = (id: string): NotFoundError =>
  new NotFoundError("step run", id, `There is no step run ${id}: its run may have been removed. ${LIST}`);
