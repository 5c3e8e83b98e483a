/** Packs the package, installs it in an empty folder as a user would, and runs a first pipeline there in containers. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "stepdock-smoke-"));
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** The first TypeScript block of the README: what a newcomer copies must work as it stands. */
const firstPipeline = (): string => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(repository, "README.md"), "utf8")) ?? [];
  if (code === undefined) throw new Error("README.md has no TypeScript block");
  return code;
};

try {
  const [packed] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], repository),
  ) as [{ filename: string; entryCount: number; size: number }];
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "smoke", private: true, type: "module" }),
  );
  writeFileSync(join(folder, "pipeline.ts"), firstPipeline());
  run(
    "npm",
    ["install", "--no-audit", "--no-fund", "--silent", join(folder, packed.filename), "zod"],
    folder,
  );
  const output = run(
    process.execPath,
    ["node_modules/stepdock/dist/src/cli/main.js", "run", "pipeline.ts"],
    folder,
  );
  process.stdout.write(output);
  if (!output.includes("completed")) throw new Error("the first pipeline of the README did not complete");
  console.log(
    `smoke: ${packed.filename} (${packed.entryCount} files, ${packed.size} bytes) installs and runs`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
