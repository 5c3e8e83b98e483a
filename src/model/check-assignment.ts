import type { Assignment } from "./assignment.ts";
import { FAILURE_KINDS, STEP_HOOK_NAMES } from "./names.ts";

/** What is wrong with a value, and where: undefined where it is right. */
type Check = (value: unknown, path: string) => Fault | undefined;

interface Fault {
  /** `inputs.city.kind`, '' for the whole. */
  readonly path: string;
  readonly expected: string;
}

/**
 * What the schema `Assignment` says, without zod. Measured: the CPU time that a step's process needs until it waits for
 * its assignment is 0.87 of what it was with zod/mini in it, in a container start to first line 0.89. A test holds the
 * two to the same answers.
 *
 * @returns the first fault, undefined where `value` is an assignment
 */
export const faultOfAssignment = (value: unknown): Fault | undefined => assignment(value, "");

const where =
  (expected: string, isRight: (value: unknown) => boolean): Check =>
  (value, path) =>
    isRight(value) ? undefined : { path, expected };

const text = where("a string", (value) => typeof value === "string");
const flag = where("a boolean", (value) => typeof value === "boolean");
const integer = where("an integer", Number.isSafeInteger);
const anything: Check = where("a value", (value) => value !== undefined);
const oneOf = (...values: readonly unknown[]): Check =>
  where(values.map((value) => JSON.stringify(value)).join(" or "), (value) => values.includes(value));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const within = (path: string, name: string | number): string => (path === "" ? `${name}` : `${path}.${name}`);

const firstFault = (
  entries: Iterable<[string | number, unknown, Check]>,
  path: string,
): Fault | undefined => {
  for (const [name, value, check] of entries) {
    const fault = check(value, within(path, name));
    if (fault) return fault;
  }
  return undefined;
};

const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? undefined : check(value, path);

const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isObject(value)) return { path, expected: "an object" };
    const entries = Object.entries(fields).map(([name, check]) => [name, value[name], check] as const);
    return firstFault(entries as [string, unknown, Check][], path);
  };

const record =
  (check: Check): Check =>
  (value, path) =>
    isObject(value)
      ? firstFault(
          Object.entries(value).map(([name, each]) => [name, each, check]),
          path,
        )
      : { path, expected: "an object" };

const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? firstFault(
          value.map((each, index) => [index, each, check]),
          path,
        )
      : { path, expected: "an array" };

const failure = shape({
  ...{ kind: oneOf(...FAILURE_KINDS), name: text, message: text, stack: optional(text) },
  ...{ retryable: flag, exitCode: optional(integer) },
});

const assignedInput: Check = (value, path) => {
  const kind = isObject(value) ? value.kind : undefined;
  if (kind === "parameter") return shape({ value: anything })(value, path);
  const artifact = { kind: oneOf("parameter", "artifact"), uri: text, materializer: text, contentHash: text };
  return shape(artifact)(value, path);
};

const hookBinding: Check = (value, path) =>
  value === "own" ? undefined : shape({ source: text, codeHash: text })(value, path);

const hookBindings = shape(Object.fromEntries(STEP_HOOK_NAMES.map((name) => [name, optional(hookBinding)])));

const fields: Record<keyof Assignment, Check> = {
  ...{ formatVersion: oneOf(1), runId: text, runName: text, pipelineName: text },
  ...{ stepRunId: text, invocationId: text, stepName: text, attempt: integer },
  lastAttempt: optional(flag),
  hooks: optional(hookBindings),
  hook: optional(shape({ names: list(oneOf(...STEP_HOOK_NAMES)), failure: optional(failure) })),
  secrets: optional(record(text)),
  secretsAs: optional(oneOf("default", "environment")),
  artifactStore: text,
  inputs: record(assignedInput),
  outputs: record(shape({ uri: text, materializer: text })),
  attemptDirectory: text,
  nonce: where("32 hex digits", (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value)),
};

const assignment = shape(fields);
