import MagicString, { type SourceMap } from "magic-string";
import {
  boundNames,
  type ClassNode,
  type Declarator,
  type Expression,
  evaluates,
  parseStatements,
  type Statement,
  unwrap,
} from "./bundle-syntax.ts";
import { removeOrchestration, type StepNames, stepNames } from "./orchestration-only.ts";

/** Marks an import that has no names, `import "x"`: it is there for its effect, so its package must stay. */
export const BARE = "stepdock-bare:";

const OPEN = "/* @__PURE__ */ (() => ";
const CLOSE = ")()";
const AWAIT = new Set(["AwaitExpression"]);
const HARMLESS = new Set(["Literal", "ArrowFunctionExpression", "FunctionExpression"]);

interface Work {
  readonly code: MagicString;
  readonly source: string;
  readonly names: StepNames;
  next: number;
}

/**
 * Rewrites a user module so that what a step does not reach can be left out of its bundle: the initialiser of every
 * top-level `const`, a class with static parts, and a default export become calls marked pure, and properties that
 * only the orchestrator reads leave `step({…})`. Statements, `let`, `var` and whatever awaits stay as they are.
 */
export function purityTransform(source: string, file: string): { code: string; map: SourceMap } {
  const statements = parseStatements(file, source);
  const work: Work = { code: new MagicString(source), source, names: stepNames(statements), next: 0 };
  for (const statement of statements) transformStatement(work, statement);
  return { code: work.code.toString(), map: work.code.generateMap({ source: file, hires: "boundary" }) };
}

function transformStatement(work: Work, statement: Statement): void {
  if (statement.type === "ImportDeclaration") markBareImport(work, statement);
  else if (statement.type === "ExportDefaultDeclaration") purifyDefault(work, statement);
  else if (statement.type === "ExportNamedDeclaration" && statement.declaration)
    purify(work, statement.declaration);
  else purify(work, statement);
}

function markBareImport(
  { code }: Work,
  { specifiers, source }: Extract<Statement, { type: "ImportDeclaration" }>,
) {
  if (specifiers.length > 0 || /^[./]/.test(source.value)) return;
  code.overwrite(source.start, source.end, JSON.stringify(BARE + source.value));
}

function purify(work: Work, declaration: { type: string }): void {
  const node = declaration as Statement;
  if (node.type === "ClassDeclaration" && node.id) purifyClass(work, node, node.id.name, node.start);
  if (node.type !== "VariableDeclaration" || node.kind !== "const" || node.declare) return;
  for (const declarator of node.declarations) {
    if (declarator.init) purifyDeclarator(work, declarator, declarator.init);
  }
}

function purifyDeclarator(work: Work, { id, end }: Declarator, init: Expression): void {
  if (removeOrchestration(work.code, init, work.names) && id.type === "Identifier")
    work.names.steps.add(id.name);
  if (evaluates(init, AWAIT)) return;
  if (id.type === "Identifier") purifyValue(work, id.name, init);
  else purifyPattern(work, boundNames(id), id.start, end);
}

function purifyValue(work: Work, name: string, init: Expression): void {
  const { type } = unwrap(init);
  // A class takes its name from the binding, which it must not lose.
  if (type === "ClassExpression")
    surround(work, init, `${OPEN}{ const ${name} = `, `; return ${name}; }${CLOSE}`);
  else if (!HARMLESS.has(type)) surround(work, init, `${OPEN}(`, `)${CLOSE}`);
}

/** Taking a value apart can run code (getters, iterators), so each name becomes a pure constant of its own. */
function purifyPattern(work: Work, names: readonly string[], start: number, end: number): void {
  const whole = `__stepdock_${work.next++}`;
  const parts = names.map((name) => `, ${name} = ${OPEN}${whole}.${name}${CLOSE}`);
  surround(
    work,
    { start, end },
    `${whole} = ${OPEN}{ const `,
    `; return { ${names.join(", ")} }; }${CLOSE}${parts.join("")}`,
  );
}

function purifyClass(work: Work, node: ClassNode, name: string, from: number): void {
  // The wrapped class is a constant: one that is assigned anew is left alone.
  if (!runsCode(node) || node.declare || new RegExp(`\\b${name}\\s*=[^=>]`).test(work.source)) return;
  work.code.appendLeft(from, `const ${name} = ${OPEN}{ `);
  work.code.appendRight(node.end, ` return ${name}; }${CLOSE};`);
}

/** Whether the class definition itself evaluates user code. Decorated classes are left as they are. */
function runsCode({ decorators, superClass, body }: ClassNode): boolean {
  if (decorators.length > 0 || (superClass && evaluates(superClass, AWAIT))) return false;
  const members = body.body as readonly { type: string; static?: boolean; computed?: boolean }[];
  return superClass !== null || members.some((m) => m.type === "StaticBlock" || m.static || m.computed);
}

function purifyDefault(
  work: Work,
  statement: Extract<Statement, { type: "ExportDefaultDeclaration" }>,
): void {
  const node = statement.declaration as Expression;
  const value = unwrap(node);
  removeOrchestration(work.code, node, work.names);
  if (
    HARMLESS.has(value.type) ||
    /^(Class|Function|TS|Identifier)/.test(value.type) ||
    evaluates(node, AWAIT)
  )
    return;
  const name = `__stepdock_${work.next++}`;
  work.code.overwrite(statement.start, node.start, `const ${name} = ${OPEN}(`);
  work.code.appendRight(node.end, `)${CLOSE};export { ${name} as default };`);
}

function surround(
  { code }: Work,
  { start, end }: { start: number; end: number },
  before: string,
  after: string,
) {
  code.appendLeft(start, before);
  code.appendRight(end, after);
}
