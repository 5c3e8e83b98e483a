import { isAbsolute, relative } from "node:path";
import { decodePackage } from "./bundle-plugins.ts";
import type { PrunedGraph, PrunedModule } from "./bundle-prune.ts";
import { type AnyNode, evaluates, parseStatements, type Statement } from "./bundle-syntax.ts";

interface ParsedModule {
  readonly module: PrunedModule;
  readonly statements: readonly Statement[];
  readonly imports: readonly ImportStatement[];
}

interface ImportStatement extends AnyNode {
  readonly specifier: string;
  /** Whether it imports nothing but the effect. */
  readonly bare: boolean;
}

/**
 * Puts the import statements of pruned modules into an order that does not depend on what was cut out. Where no
 * module does more at its top level than define things, any order will do and the paths decide. Otherwise it is the
 * order of the source, as the bundler moves packages behind the user's modules.
 */
export function orderImports(graph: PrunedGraph, root: string): PrunedGraph {
  const { modules } = graph;
  const parsed = [...modules.values()].map(parseModule);
  const free = !parsed.some(hasEffects) && !hasCycle(modules);
  const ordered = parsed.map((one) => withOrder(one, free ? byPath(one, root) : bySource(one)));
  return { ...graph, modules: new Map(ordered.map((module) => [module.id, module])) };
}

function parseModule(module: PrunedModule): ParsedModule {
  const statements = parseStatements("pruned.js", module.code);
  return { module, statements, imports: statements.flatMap(importStatement) };
}

function importStatement(node: Statement): ImportStatement[] {
  if (!("source" in node) || !node.source) return [];
  const bare = node.type === "ImportDeclaration" && node.specifiers.length === 0;
  return [{ type: node.type, start: node.start, end: node.end, specifier: node.source.value, bare }];
}

const RUNS = new Set([
  "CallExpression",
  "NewExpression",
  "AwaitExpression",
  "TaggedTemplateExpression",
  "AssignmentExpression",
]);
const AWAITS = new Set(["AwaitExpression"]);
const INERT = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "ClassDeclaration",
  "EmptyStatement",
]);

/** Whether a module does something when it is evaluated, beyond pure definitions. */
function hasEffects({ module, statements, imports }: ParsedModule): boolean {
  if (module.id.startsWith("\0")) return false;
  if (imports.some(({ specifier }) => isBarePackage(specifier))) return true;
  return statements.some((node) => {
    if (node.type !== "VariableDeclaration") return !INERT.has(node.type);
    return evaluates(node, node.kind === "const" ? AWAITS : RUNS);
  });
}

const isBarePackage = (specifier: string): boolean => decodePackage(specifier)?.bare === true;

function hasCycle(modules: ReadonlyMap<string, PrunedModule>): boolean {
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (id: string): boolean => {
    if (done.has(id)) return false;
    if (open.has(id)) return true;
    open.add(id);
    const found = [...(modules.get(id)?.targets.values() ?? [])].some(visit);
    done.add(id);
    open.delete(id);
    return found;
  };
  return [...modules.keys()].some(visit);
}

type Rank = (statement: ImportStatement) => number | string;

function byPath({ module }: ParsedModule, root: string): Rank {
  return ({ specifier }) => {
    const target = module.targets.get(specifier) ?? (decodePackage(specifier)?.file || specifier);
    return isAbsolute(target) ? relative(root, target) : target;
  };
}

/** An import that the source has not got comes through a re-exporting module, and goes last. */
function bySource({ module }: ParsedModule): Rank {
  const rank = new Map(
    [...module.imported].reverse().map((id, index) => [id, module.imported.length - index]),
  );
  return ({ specifier }) => rank.get(module.targets.get(specifier) ?? specifier) ?? Number.MAX_SAFE_INTEGER;
}

/** Each import statement stands on a line of its own: exchanging them moves no other line. */
function withOrder({ module, imports }: ParsedModule, rank: Rank): PrunedModule {
  const sorted = imports.toSorted((a, b) => compare(rank(a), rank(b)));
  let code = "";
  let at = 0;
  for (const [index, { start, end }] of imports.entries()) {
    const next = sorted[index];
    code += module.code.slice(at, start) + (next ? module.code.slice(next.start, next.end) : "");
    at = end;
  }
  return { ...module, code: code + module.code.slice(at) };
}

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);
