import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { parseSetting, SettingsError, StepOptions } from "../../../src/compiler/check-options.ts";
import { checkSettings } from "../../../src/compiler/check-settings.ts";
import { PipelineSnapshot, StepSettings } from "../../../src/model/index.ts";
import { mergeSettings } from "../../../src/pipeline/merge.ts";

/** Keys that there are, ones that are nearly such, and ones that objects have from their prototype. */
const KEYS = [
  ...["docker", "run", "resources", "network", "parentImage", "parentimage", "dockerfile", "environment"],
  ...["volumes", "source", "readOnly", "tmpfs", "size", "ulimits", "nofile", "soft", "ports", "80", "memory"],
  ...["cpuCount", "gpuCount", "copyFiles", "/data", "/", "constructor", "__proto__", "toString", ""],
];

const VALUES = ["1GB", "bridge", "/data", "node:24", "", "🦆", -1, 0, 0.5, 80, 1e308, null, true, []];

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...VALUES),
    fc.jsonValue({ maxDepth: 1 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("tree"), { maxKeys: 4 }),
    fc.array(tie("tree"), { maxLength: 3 }),
  ),
}));

test("whatever stands in settings, it is taken, or refused with a path into the settings", () => {
  fc.assert(
    fc.property(tree, tree, (wide, narrow) => {
      const merged = mergeSettings(wide as StepSettings, narrow as StepSettings);
      for (const settings of [wide, merged]) {
        try {
          checkSettings(parseSetting(StepOptions, { settings }, "here").settings ?? {}, "here");
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
          expect((error as Error).message).toMatch(/^here has .*\bsettings\b/s);
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("settings that are taken survive JSON, and are taken again as they are", () => {
  const known = fc.record(
    {
      docker: fc.record({ aptPackages: fc.array(fc.string({ minLength: 1 })) }, { requiredKeys: [] }),
      run: fc.record({ capAdd: fc.array(fc.constantFrom("NET_ADMIN")), shmSize: fc.constant("1GB") }),
      resources: fc.record({ cpuCount: fc.double({ min: 0.01, max: 64, noNaN: true }) }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(known, (settings) => {
      const parsed = z.parse(StepSettings, settings);
      expect(z.parse(StepSettings, JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    }),
  );
});

const SNAPSHOT: PipelineSnapshot = {
  ...{ formatVersion: 1, id: "s", createdAt: "2026-01-01T00:00:00.000Z", pipelineName: "p" },
  ...{ runNameTemplate: "p-{date}", parameters: { n: 1 }, executionMode: "continue_on_failure" },
  invocations: {
    a: {
      ...{ id: "a", stepName: "a", source: "s.ts#a", codeHash: "0", upstreams: [], environment: {} },
      inputs: { n: { kind: "parameter", value: 1 } },
      outputs: { x: { materializer: "auto", type: "number" } },
      settings: { docker: { aptPackages: ["git"] }, resources: { memory: "1GB" } },
      ...{ externals: [], retry: { maxRetries: 1 } },
    },
  },
  ...{ outputs: {}, anonymousOutput: false, warnings: [] },
};

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] => [
  ...(path.length > 0 ? [path] : []),
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, each]) =>
        pathsOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
];

const replaced = (value: unknown, [key, ...rest]: Path, by: unknown): unknown => {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((each, index) => (index === key ? replaced(each, rest, by) : each));
  const record = value as Record<string, unknown>;
  return { ...record, [key]: replaced(record[key], rest, by) };
};

test("a snapshot with anything in the wrong place is taken or refused at that place, and nothing crashes", () => {
  expect(z.safeParse(PipelineSnapshot, SNAPSHOT).success).toBe(true);
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(SNAPSHOT)), tree, (path, value) => {
      const parsed = z.safeParse(PipelineSnapshot, replaced(SNAPSHOT, path, value));
      for (const issue of parsed.error?.issues ?? []) {
        const shared = Math.min(issue.path.length, path.length);
        expect(issue.path.slice(0, shared)).toEqual(path.slice(0, shared));
      }
    }),
    { numRuns: 2000 },
  );
});
