import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const PAGE = resolve(import.meta.dirname, "../../../docs/zenml.md");
const page = readFileSync(PAGE, "utf8");
const fileOf = (link: string): string => resolve(dirname(PAGE), link.replace(/#.*$/, ""));
const linksIn = (text: string): string[] => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);

interface Row {
  readonly section: string;
  readonly zenml: string;
  readonly here: string;
  readonly code: readonly string[];
  readonly tests: readonly string[];
}

/** The rows of the tables that have ZenML's name, ours, its code and its test. */
const ROWS: readonly Row[] = page.split(/^## /m).flatMap((part) => {
  const section = part.slice(0, part.indexOf("\n"));
  return part
    .split("\n")
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .filter((cells) => cells.length === 6 && !/^(ZenML|---)$/.test(cells[1] ?? ""))
    .map(([, zenml = "", here = "", code = "", tests = ""]) => {
      return { section, zenml, here, code: linksIn(code), tests: linksIn(tests) };
    });
});

const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([A-Za-z]\w+)`/g)].map(([, name = ""]) => name).filter((name) => !/_/.test(name));

/** What `src/orchestrators.ts` exports, types among it. */
const EXPORTS = new Set(
  [
    ...readFileSync(resolve(import.meta.dirname, "../../../src/orchestrators.ts"), "utf8").matchAll(
      /^export (?:type )?\{([^}]*)\}/gm,
    ),
  ].flatMap(([, names = ""]) => names.split(",").map((name) => name.trim().split(/\s+/).at(-1) ?? "")),
);

/** Every name that someone who knows ZenML looks for. */
const PROMISED = [
  ...["topsortedLayers", "DuplicateNodeError", "CyclicGraphError", "reverseDag", "DagRunner", "NodeStatus"],
  ...["generateCacheKey", "getCachedStepRun", "resolveStepInputs", "InputResolutionError"],
  ...["generateArtifactUri", "prepareOutputArtifactUris", "removeArtifactDirs", "getPipelineRunStatus"],
  ...["publishSuccessfulStepRun", "publishFailedStepRun", "publishFailedPipelineRun"],
  ...["publishPipelineRunMetadata", "publishStepRunMetadata", "StepLauncher", "StepRunner"],
  ...["getOrchestratorRunName", "getRunName", "isSettingEnabled", "getConfigEnvironmentVars"],
  ...["registerArtifactStoreFilesystem", "BaseOrchestrator", "BaseOrchestratorConfig"],
  ...["BaseOrchestratorFlavor", "ContainerizedOrchestrator", "LocalOrchestrator", "LocalOrchestratorConfig"],
  ...["localOrchestratorFlavor", "LocalDockerOrchestrator", "LocalDockerOrchestratorConfig"],
  ...["localDockerOrchestratorFlavor", "LocalDockerOrchestratorSettings", "WheeledOrchestrator"],
  ...["StepEntrypointConfiguration", "PipelineEntrypointConfiguration", "SubmissionResult"],
];

describe("docs/zenml.md", () => {
  test("has a row for every name that is promised, and each is exported", () => {
    const told = new Set(ROWS.flatMap(({ here }) => namesIn(here)));
    expect(PROMISED.filter((name) => !told.has(name))).toEqual([]);
    expect(PROMISED.filter((name) => !EXPORTS.has(name))).toEqual([]);
  });

  test("links only to what is there", () => {
    const links = linksIn(page).filter((link) => !/^(https?:|#)/.test(link));
    expect(links.length).toBeGreaterThan(80);
    expect(links.filter((link) => !existsSync(fileOf(link)))).toEqual([]);
  });

  test.for(ROWS.map((row) => [row.zenml, row] as const))("tells code and test of %s", ([, row]) => {
    expect(row.code).not.toEqual([]);
    expect(row.tests).not.toEqual([]);
    const code = row.code.map((link) => readFileSync(fileOf(link), "utf8")).join("\n");
    const missing = namesIn(row.here).filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
    expect(missing, "names that the linked code does not have").toEqual([]);
  });

  test("its classes and functions are exported by those names", () => {
    const exported = ROWS.filter(({ section }) =>
      /^(Functions and classes|Orchestrators|What they mean)$/.test(section),
    );
    const names = exported.flatMap(({ here }) => namesIn(here)).filter((name) => !NOT_EXPORTED.has(name));
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !EXPORTS.has(name))).toEqual([]);
  });
});

/** Members and settings that these rows name as well. */
const NOT_EXPORTED = new Set(["WAITING", "create", "configSchema", "runNode", "ready"]);
