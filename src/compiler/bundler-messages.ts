import { BundleError, type BundleErrorPlace } from "./bundle-errors.ts";
import type { BundleModulesOptions } from "./bundle-modules.ts";
import type { BundleStepOptions } from "./bundle-step.ts";
import type { BundlePlaces } from "./cache/stored-bundle.ts";

/** What is asked of a bundler's process. */
export type BundlerRequest = { readonly id: number; readonly places: BundlePlaces } & (
  | { readonly what: "modules"; readonly options: BundleModulesOptions }
  | { readonly what: "step"; readonly options: BundleStepOptions }
);

export type BundlerAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: ToldError };

/** An error as data: between processes, errors lose their class and their fields. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Of errors of the system, such as `ENOSPC`. */
  readonly code?: unknown;
  readonly place?: BundleErrorPlace | undefined;
  readonly cause?: ToldError | undefined;
}

/** A cause may have a cause, and that one itself. */
const DEEPEST = 4;

export const tellError = (error: unknown, depth = 0): ToldError => {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const { name, message, stack, cause } = error;
  const { code, place } = error as { code?: unknown; place?: BundleErrorPlace };
  const told = { name, message, stack, place, ...(typeof code === "string" ? { code } : {}) };
  return cause === undefined || depth === DEEPEST ? told : { ...told, cause: tellError(cause, depth + 1) };
};

export const toldError = (told: ToldError): Error => {
  const { name, message, stack, code, place, cause } = told;
  const options = cause && { cause: toldError(cause) };
  const isBundle = name === BundleError.name;
  const error = isBundle ? new BundleError(message, { ...options, place }) : new Error(message, options);
  if (stack !== undefined) error.stack = stack;
  return isBundle ? error : Object.assign(error, { name, ...(code === undefined ? {} : { code }) });
};
