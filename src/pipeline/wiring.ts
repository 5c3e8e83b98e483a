import { DuplicateInvocationError, WiringError } from "./errors.ts";
import type { AfterReference, InvocationOptions } from "./options.ts";
import { HANDLE, INVOCATION, isHandle, isInvocationReference, type Schema } from "./schema.ts";
import type { StepDefinition } from "./step.ts";
import { type ArtifactReference, artifactReference } from "./stored-artifact.ts";

/** An argument as it was wired: an upstream's output or a literal that is not yet parsed. */
export type WiredArgument =
  | { readonly kind: "output"; readonly invocation: string; readonly output: string; readonly schema: Schema }
  | { readonly kind: "stored"; readonly reference: ArtifactReference }
  | { readonly kind: "literal"; readonly value: unknown };

export interface WiredInvocation {
  readonly id: string;
  readonly definition: StepDefinition;
  readonly options: InvocationOptions;
  readonly arguments: Readonly<Record<string, WiredArgument>>;
  readonly after: readonly string[];
}

interface Wiring {
  readonly pipelineName: string;
  readonly invocations: Map<string, WiredInvocation>;
}

/** The pipeline that is being wired. Global, since a library's steps may come with another copy of this package. */
const ACTIVE = Symbol.for("dev.stepdock.wiring");
const scope = globalThis as { [ACTIVE]?: Wiring | undefined };

/** Runs `define` and collects the invocations that it makes, in order. */
export const wire = (
  pipelineName: string,
  define: () => unknown,
): { invocations: readonly WiredInvocation[]; returned: unknown } => {
  const outer = scope[ACTIVE];
  const wiring: Wiring = { pipelineName, invocations: new Map() };
  scope[ACTIVE] = wiring;
  try {
    const returned = define();
    return { invocations: [...wiring.invocations.values()], returned };
  } finally {
    scope[ACTIVE] = outer;
  }
};

export const invoke = (
  definition: StepDefinition,
  options: InvocationOptions,
  args: Readonly<Record<string, unknown>>,
): unknown => {
  const wiring = scope[ACTIVE];
  if (!wiring) throw WiringError.outsidePipeline(definition.name);
  const id = claimId(wiring, definition.name, options.id);
  if (typeof args !== "object" || args === null) throw WiringError.badArgument(wiring.pipelineName, id, args);
  const wired = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, toArgument(value)] as const);
  const after = [options.after ?? []].flat().map((reference) => afterId(wiring, id, reference));
  wiring.invocations.set(id, { id, definition, options, arguments: Object.fromEntries(wired), after });
  return handlesOf(id, definition);
};

const claimId = (wiring: Wiring, stepName: string, wanted: string | undefined): string => {
  if (wanted === undefined) return freeId(wiring, stepName);
  if (wiring.invocations.has(wanted)) throw new DuplicateInvocationError(wiring.pipelineName, wanted);
  return wanted;
};

const freeId = (wiring: Wiring, stepName: string): string => {
  let id = stepName;
  for (let count = 2; wiring.invocations.has(id); count += 1) id = `${stepName}_${count}`;
  return id;
};

const toArgument = (value: unknown): WiredArgument => {
  const reference = artifactReference(value);
  if (reference) return { kind: "stored", reference };
  return isHandle(value) ? { kind: "output", ...value[HANDLE] } : { kind: "literal", value };
};

const afterId = (wiring: Wiring, id: string, reference: AfterReference): string => {
  if (typeof reference === "string") return reference;
  if (isInvocationReference(reference)) return reference[INVOCATION];
  throw WiringError.badAfter(wiring.pipelineName, id, reference);
};

const handlesOf = (id: string, definition: StepDefinition): unknown => {
  const handle = (output: string, schema: Schema) =>
    Object.freeze({
      [INVOCATION]: id,
      [HANDLE]: Object.freeze({ invocation: id, output, schema }),
      [Symbol.toPrimitive]: () => {
        throw WiringError.noValueYet(id, output);
      },
    });
  const handles = Object.entries(definition.outputs).map(
    ([name, schema]) => [name, handle(name, schema)] as const,
  );
  if (definition.anonymousOutput) return handles[0]?.[1];
  return Object.freeze({ [INVOCATION]: id, ...Object.fromEntries(handles) });
};
