import { type ParseResult, parseSync } from "rolldown/utils";

export type Statement = ParseResult["program"]["body"][number];
export type Declaration = Extract<Statement, { type: "VariableDeclaration" }>;
export type Declarator = Declaration["declarations"][number];
export type Pattern = Declarator["id"];
export type Expression = NonNullable<Declarator["init"]>;
export type ClassNode = Extract<Statement, { superClass: unknown }>;
export type ObjectNode = Extract<Expression, { type: "ObjectExpression" }>;

/** Any node of the tree, where only its place and kind are of interest. */
export interface AnyNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The statements of a module, or nothing if it does not parse: the bundler reports that better than we could. */
export function parseStatements(file: string, source: string): readonly Statement[] {
  const { program, errors } = parseSync(file, source);
  return errors.length > 0 ? [] : program.body;
}

/** Visits `node` and all below it; `visit` returns false to stay out of what is below. */
// biome-ignore lint/suspicious/noConfusingVoidType: a visitor that returns nothing goes on
export function walk(node: unknown, visit: (node: AnyNode) => boolean | void): void {
  if (Array.isArray(node)) for (const item of node) walk(item, visit);
  else if (isNode(node) && visit(node) !== false) for (const child of Object.values(node)) walk(child, visit);
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** Whether evaluating `node` runs into one of `types`; what lies inside of functions does not run yet. */
export function evaluates(node: AnyNode, types: ReadonlySet<string>): boolean {
  let found = false;
  walk(node, (inner) => {
    if (types.has(inner.type)) found = true;
    return !found && !FUNCTIONS.has(inner.type);
  });
  return found;
}

const WRAPPERS = new Set([
  "ParenthesizedExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
]);

/** The expression without the parentheses and type assertions around it. */
export function unwrap(node: Expression): Expression {
  return WRAPPERS.has(node.type)
    ? unwrap((node as Expression & { expression: Expression }).expression)
    : node;
}

/** The names that a declaration pattern binds. */
export function boundNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((p) => boundNames(p.type === "RestElement" ? p.argument : p.value));
    case "ArrayPattern":
      return pattern.elements.flatMap((e) =>
        e === null ? [] : boundNames(e.type === "RestElement" ? e.argument : e),
      );
    default:
      return boundNames(pattern.left);
  }
}
