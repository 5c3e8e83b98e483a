import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type PluginContext, rolldown } from "rolldown";
import { fromLog } from "./bundle-errors.ts";
import { commonOptions } from "./bundle-options.ts";
import { builtinId, isStepdock, isUserModule, virtualEntry } from "./bundle-plugins.ts";
import { type HostModule, isData, type ModuleReference, readHostModule } from "./host-module.ts";
import { sourcePositions } from "./source-position.ts";

/** Where a reference leads: to a module of the graph, or to a specifier that Node resolves as it is. */
export type Target = { readonly module: string } | { readonly specifier: string };

export interface HostNode extends HostModule {
  readonly targets: ReadonlyMap<string, Target>;
}

type Resolve = (specifier: string, importer: string) => Promise<string | undefined>;

/** All user modules that the entries reach, by source path. The bundler's resolver decides where imports lead. */
export async function hostGraph(
  entries: readonly string[],
  root: string,
): Promise<ReadonlyMap<string, HostNode>> {
  const options = commonOptions(root);
  const found = Promise.withResolvers<ReadonlyMap<string, HostNode>>();
  await using bundle = await rolldown({
    ...options,
    input: "\0stepdock:nothing",
    resolve: { ...options.resolve, conditionNames: ["module-sync", "node-addons"] },
    plugins: [
      virtualEntry("\0stepdock:nothing", ""),
      {
        name: "stepdock:host-graph",
        async buildStart() {
          // An error that is thrown in a hook comes out as the bundler's own, without its fields.
          await collect(entries, root, resolver(this)).then(found.resolve, found.reject);
        },
      },
    ],
  });
  const [graph] = await Promise.all([found.promise, bundle.generate()]);
  return graph;
}

const resolver =
  (context: PluginContext): Resolve =>
  async (specifier, importer) => {
    const resolved = await context.resolve(specifier, importer);
    return resolved && !resolved.external ? resolved.id : undefined;
  };

async function collect(entries: readonly string[], root: string, resolve: Resolve) {
  const nodes = new Map<string, HostNode>();
  const queue = [...entries];
  for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
    if (nodes.has(source)) continue;
    const node = await readNode(source, root, resolve);
    if (!node) continue;
    nodes.set(source, node);
    for (const target of node.targets.values()) if ("module" in target) queue.push(target.module);
  }
  return new Map([...nodes].map(([source, node]) => [source, withoutForeign(node, nodes)]));
}

/** A CommonJS module is no node of the graph: it is imported where it lies. */
function withoutForeign(node: HostNode, nodes: ReadonlyMap<string, HostNode>): HostNode {
  const settled = [...node.targets].map(([specifier, target]): [string, Target] => [
    specifier,
    "module" in target && !nodes.has(target.module) ? fileTarget(target.module) : target,
  ]);
  return { ...node, targets: new Map(settled) };
}

async function readNode(source: string, root: string, resolve: Resolve): Promise<HostNode | undefined> {
  const module = await readHostModule(source);
  if (!module) return undefined;
  const targets = new Map<string, Target>();
  for (const reference of module.references) {
    targets.set(reference.specifier, await targetOf(reference, module, root, resolve));
  }
  return { ...module, targets };
}

async function targetOf(reference: ModuleReference, module: HostModule, root: string, resolve: Resolve) {
  const { specifier, dynamic } = reference;
  const builtin = builtinId(specifier);
  if (builtin) return { specifier: builtin };
  if (/^(file|data):/.test(specifier)) return { specifier };
  const file = await resolve(specifier, module.source);
  // What is imported on demand may be missing until then.
  if (file === undefined && dynamic) return { specifier };
  if (file === undefined || !isAbsolute(file)) throw unresolved(reference, module, root);
  return isData(file) || (isUserModule(file) && isCode(file) && !isStepdock(specifier))
    ? { module: file }
    : fileTarget(file);
}

const isCode = (file: string): boolean => /\.m?[jt]sx?$/.test(file);

const fileTarget = (file: string): Target => ({ specifier: pathToFileURL(file).href });

function unresolved({ specifier, start }: ModuleReference, { source, code, map }: HostModule, root: string) {
  const before = code.slice(0, start).split("\n");
  const at = map && sourcePositions(map)(before.length, (before.at(-1)?.length ?? 0) + 1);
  const log = {
    code: "UNRESOLVED_IMPORT",
    message: `Could not resolve '${specifier}' in ${relative(root, source)}`,
    exporter: specifier,
    loc: at ? { file: source, line: at.line, column: at.column - 1 } : undefined,
  };
  return fromLog(log, relative(root, source), root);
}
