import { relative } from "node:path";
import type { PrunedModule } from "./bundle-prune.ts";
import { type AnyNode, parseStatements, walk } from "./bundle-syntax.ts";
import { sourcePositions } from "./source-position.ts";

/** Warns of code that asks for its own place, which in a container is the place of the bundle. */
export function placeWarnings(module: PrunedModule, root: string): string[] {
  if (!module.map || !module.code.includes("import.meta")) return [];
  const find = sourcePositions(module.map);
  return placeUses(module.code).map(({ what, start }) => {
    const before = module.code.slice(0, start).split("\n");
    const line = find(before.length, (before.at(-1)?.length ?? 0) + 1)?.line ?? 1;
    return `${relative(root, module.id)}:${line}: ${what}`;
  });
}

interface PlaceUse {
  readonly what: string;
  readonly start: number;
}

function placeUses(code: string): PlaceUse[] {
  const uses: PlaceUse[] = [];
  walk(parseStatements("pruned.js", code), (node) => {
    const what = newUrl(node, code) ?? metaProperty(node, code);
    if (what) uses.push({ what, start: node.start });
    return what === undefined;
  });
  return uses;
}

function newUrl(node: AnyNode, code: string): string | undefined {
  const text = node.type === "NewExpression" ? code.slice(node.start, node.end) : "";
  if (!/^new URL\([\s\S]*import\.meta\.url/.test(text)) return undefined;
  return `${text} names a file that is not in the container. Import it (.json, .csv, .txt), or make it an input.`;
}

function metaProperty(node: AnyNode, code: string): string | undefined {
  const text = node.type === "MemberExpression" ? code.slice(node.start, node.end) : "";
  if (!/^import\.meta\.(url|dirname|filename)$/.test(text)) return undefined;
  return `${text} is the place of the step's bundle when it runs, not of this source. Pass the path in as an input.`;
}
