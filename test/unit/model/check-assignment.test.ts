import fc from "fast-check";
import { expect, test } from "vitest";
import { faultOfAssignment } from "../../../src/model/check-assignment.ts";
import { Assignment, FAILURE_KINDS, STEP_HOOK_NAMES } from "../../../src/model/index.ts";

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.string();

const failure = fc.record(
  {
    ...{ kind: fc.constantFrom(...FAILURE_KINDS), name: text, message: text, stack: text },
    ...{ retryable: fc.boolean(), exitCode: fc.integer() },
  },
  { requiredKeys: ["kind", "name", "message", "retryable"] },
);

const input = fc.oneof(
  fc.record({ kind: fc.constant("parameter"), value: fc.jsonValue() }),
  fc.record({ kind: fc.constant("artifact"), uri: text, materializer: text, contentHash: text }),
);

const binding = fc.oneof(fc.constant("own"), fc.record({ source: text, codeHash: text }));
const name = fc.stringMatching(/^[a-z]{1,8}$/);

const assignments = fc.record(
  {
    ...{ formatVersion: fc.constant(1), runId: text, runName: text, pipelineName: text, stepRunId: text },
    ...{ invocationId: text, stepName: text, attempt: fc.integer(), lastAttempt: optional(fc.boolean()) },
    hooks: optional(fc.dictionary(fc.constantFrom(...STEP_HOOK_NAMES), binding)),
    hook: optional(
      fc.record({ names: fc.array(fc.constantFrom(...STEP_HOOK_NAMES)), failure: optional(failure) }),
    ),
    secrets: optional(fc.dictionary(name, text)),
    secretsAs: optional(fc.constantFrom("default", "environment")),
    artifactStore: text,
    inputs: fc.dictionary(name, input),
    outputs: fc.dictionary(name, fc.record({ uri: text, materializer: text })),
    attemptDirectory: text,
    nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
  },
  { noNullPrototype: true },
);

/** As it comes over the wire. */
const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const places = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === "object" && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))]
    : [path];

/** `undefined` removes what is there. */
const replaced = (value: unknown, [head, ...rest]: readonly string[], by: unknown): unknown => {
  if (head === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  Object.assign(copy, { [head]: replaced((copy as Record<string, unknown>)[head], rest, by) });
  return copy;
};

const accepted = (value: unknown): boolean => Assignment.safeParse(value).success;

test("every assignment is one, by the schema and without it", () => {
  fc.assert(
    fc.property(assignments.map(wired), (value) => {
      expect(faultOfAssignment(value)).toBeUndefined();
      expect(accepted(value)).toBe(true);
    }),
  );
});

test("whatever is changed in one, both say the same of it", () => {
  const stranger = fc.oneof(
    fc.constant(undefined),
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom("own", "parameter", "artifact", "onEnd", 1.5, 1e300),
  );
  fc.assert(
    fc.property(assignments.map(wired), fc.nat(), stranger, (value, pick, by) => {
      const all = places(value);
      const place = all[pick % all.length] ?? [];
      const changed = replaced(value, place, by);
      const other = changed === undefined ? undefined : wired(changed);
      expect(faultOfAssignment(other) === undefined).toBe(accepted(other));
    }),
    { numRuns: 2000 },
  );
});

test.for([
  ["inputs.a.value", { inputs: { a: { kind: "parameter" } } }],
  ["inputs.a.kind", { inputs: { a: { kind: "file" } } }],
  ["hook.names.1", { hook: { names: ["onEnd", "onRest"] } }],
  ["nonce", { nonce: "0" }],
] as const)("a fault is told by its place: %s", ([path, change]) => {
  const [one] = fc.sample(assignments, { numRuns: 1, seed: 1 });
  expect(faultOfAssignment(wired({ ...one, ...change }))?.path).toBe(path);
});
