import * as z from "zod/mini";
import type { PipelineRun } from "../model/index.ts";
import type { StackRecord } from "../stack/catalog.ts";
import { StackComponents } from "../stack/catalog.ts";
import { ActiveStackError, UnknownStackError } from "../stack/errors.ts";
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

/** The stack of a run, with the components that it had: a run goes on where its artifacts are. @throws UnknownStackError */
export const stackOfRun = (
  { catalog }: Declared,
  { stack, metadata }: Pick<PipelineRun, "stack" | "metadata">,
): StackRecord => {
  const { data: components } = z.safeParse(StackComponents, metadata.components);
  return components ? { name: stack, components, source: "workspace" } : catalog.stack(stack);
};
