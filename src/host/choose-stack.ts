import * as z from "zod/mini";
import { isStepdockError } from "../errors/error.ts";
import type { PipelineRun } from "../model/index.ts";
import type { StackRecord } from "../stack/catalog.ts";
import { StackComponents } from "../stack/catalog.ts";
import { ActiveStackError, RunStackError, UnknownStackError } from "../stack/errors.ts";
import type { Declared } from "./declared.ts";

/** The stack of that name, or the active one. @throws UnknownStackError */
export const chosenStack = ({ catalog, active }: Declared, name: string | undefined): StackRecord => {
  if (name !== undefined) return catalog.stack(name);
  try {
    return catalog.stack(active.name);
  } catch (error) {
    throw error instanceof UnknownStackError ? new ActiveStackError(error, active.source) : error;
  }
};

/** A run, as far as it tells its stack. */
export type StackedRun = Pick<PipelineRun, "id" | "name" | "stack" | "metadata">;

/** Tells of something that is not there any more which run has it. @throws RunStackError */
export const namingRun = async <T>(run: StackedRun, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isStepdockError(error) && error.code === "not_found" ? new RunStackError(run, error) : error;
  }
};

/** The stack of a run, with the components that it had: a run goes on where its artifacts are. @throws UnknownStackError */
export const stackOfRun = (
  { catalog }: Declared,
  { stack, metadata }: Pick<StackedRun, "stack" | "metadata">,
): StackRecord => {
  const { data: components } = z.safeParse(StackComponents, metadata.components);
  return components ? { name: stack, components, source: "workspace" } : catalog.stack(stack);
};
