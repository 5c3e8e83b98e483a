import { hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { writeFileAtomic } from "../util/write-atomic.ts";
import { commonOptions, filesReadBy } from "./bundle-options.ts";
import { packageOf } from "./bundle-packages.ts";
import type { HostNode } from "./host-graph.ts";

/** One file that stands for a package, and what it was made of. */
export interface HostZod {
  /** The URL that is imported otherwise, and the one that stands for it. */
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly read: readonly string[];
}

/**
 * zod in one file, whole, for the host: its hundred modules took Node 80 ms to load, the one takes it 20. zod knows its
 * own by marks and not by class, so it may be there twice. Undefined where the modules import several parts of it by
 * themselves, which would have to share what they have in common.
 */
export async function bundleZod(nodes: readonly HostNode[], outDir: string): Promise<HostZod | undefined> {
  const [from, ...others] = new Set(nodes.flatMap(zodImports));
  if (from === undefined || others.length > 0) return undefined;
  await using bundle = await rolldown({ ...commonOptions(outDir), input: fileURLToPath(from) });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false, comments: false });
  const { code } = output[0];
  const file = join(outDir, "node_modules/zod", `${hash("sha256", code).slice(0, 32)}.mjs`);
  await mkdir(dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, "utf8") !== code) await writeFileAtomic(file, code);
  return { from, to: pathToFileURL(file).href, file, read: await filesReadBy(bundle) };
}

const zodImports = ({ targets }: HostNode): string[] =>
  [...targets.values()].flatMap((target) =>
    "specifier" in target && isZod(target.specifier) ? [target.specifier] : [],
  );

const isZod = (specifier: string): boolean =>
  specifier.startsWith("file:") && packageOf(fileURLToPath(specifier))?.name === "zod";
