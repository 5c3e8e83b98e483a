import type MagicString from "magic-string";
import { type Expression, type ObjectNode, type Statement, unwrap } from "./bundle-syntax.ts";

/** What the host reads from the snapshot and the container never: no part of a step's code. */
const STEP_KEYS = [
  ...["retry", "timeout", "stopGracePeriod", "settings", "enableCache", "cachePolicy", "environment"],
  ...["secrets", "secretsAs"],
];
/** A container step's image counts by its content, whatever it is called and wherever its context lies. */
const OF_STEP: ReadonlySet<string> = new Set([...STEP_KEYS, "image", "build"]);
const OF_WITH: ReadonlySet<string> = new Set([...STEP_KEYS, "id", "after"]);

/** What makes steps; each takes one literal. */
const MAKERS: ReadonlySet<unknown> = new Set(["step", "containerStep"]);

/** The local names under which a module knows `step` and `containerStep`, and those of the steps that it has made so far. */
export interface StepNames {
  readonly functions: Set<string>;
  readonly namespaces: Set<string>;
  readonly steps: Set<string>;
}

/** Reads the names from the module's imports of `stepdock`. */
export function stepNames(statements: readonly Statement[]): StepNames {
  const names: StepNames = { functions: new Set(), namespaces: new Set(), steps: new Set() };
  for (const statement of statements) {
    if (statement.type !== "ImportDeclaration" || statement.source.value !== "stepdock") continue;
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ImportNamespaceSpecifier") names.namespaces.add(specifier.local.name);
      else if (specifier.type === "ImportSpecifier" && MAKERS.has(importedName(specifier.imported)))
        names.functions.add(specifier.local.name);
    }
  }
  return names;
}

const importedName = (name: { type: string; name?: string; value?: unknown }) => name.name ?? name.value;

/**
 * Removes the orchestration-only properties from `step({…})`, `containerStep({…})` and what `.with({…})` adds to them.
 * Only plain `key: value` properties of a literal go; returns whether `node` makes a step.
 */
export function removeOrchestration(code: MagicString, node: Expression, names: StepNames): boolean {
  const call = unwrap(node);
  if (call.type === "Identifier") return names.steps.has(call.name);
  if (call.type !== "CallExpression") return false;
  const callee = unwrap(call.callee);
  const literal = call.arguments[0];
  if (isStepFunction(callee, names)) return removeKeys(code, literal, OF_STEP);
  if (callee.type !== "MemberExpression" || callee.computed || callee.property.name !== "with") return false;
  return removeOrchestration(code, callee.object, names) && removeKeys(code, literal, OF_WITH);
}

function isStepFunction(callee: Expression, { functions, namespaces }: StepNames): boolean {
  if (callee.type === "Identifier") return functions.has(callee.name);
  if (callee.type !== "MemberExpression" || callee.computed || callee.object.type !== "Identifier")
    return false;
  return namespaces.has(callee.object.name) && MAKERS.has(callee.property.name);
}

function removeKeys(
  code: MagicString,
  argument: { type: string } | undefined,
  keys: ReadonlySet<string>,
): true {
  const literal = argument && unwrap(argument as Expression);
  if (literal?.type === "ObjectExpression") removeProperties(code, literal, keys);
  return true;
}

function removeProperties(
  code: MagicString,
  { properties, end }: ObjectNode,
  keys: ReadonlySet<string>,
): void {
  for (const [index, property] of properties.entries()) {
    if (property.type !== "Property" || property.computed || property.method || property.shorthand) continue;
    if (property.kind !== "init" || !keys.has(String(keyName(property.key)))) continue;
    code.remove(property.start, properties[index + 1]?.start ?? end - 1);
  }
}

const keyName = (key: { type: string; name?: unknown; value?: unknown }) => key.name ?? key.value;
