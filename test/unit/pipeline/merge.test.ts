import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepSettings } from "../../../src/model/index.ts";
import { mergeSettings } from "../../../src/pipeline/merge.ts";

test("lists replace, records merge key by key, and what stands under a key replaces", () => {
  const pipeline: StepSettings = {
    docker: { aptPackages: ["git"], environment: { A: "1", B: "1" } },
    run: { volumes: { "/a": { source: "a", readOnly: false }, "/b": { source: "b" } }, devices: ["/dev/x"] },
    resources: { cpuCount: 1, memory: "1GB" },
  };
  const step: StepSettings = {
    docker: { aptPackages: ["curl"], environment: { B: "2" } },
    run: { volumes: { "/a": { source: "other" } }, devices: [] },
    resources: { memory: "2GB" },
  };
  expect(mergeSettings(pipeline, undefined, step)).toEqual({
    docker: { aptPackages: ["curl"], environment: { A: "1", B: "2" } },
    run: { volumes: { "/a": { source: "other" }, "/b": { source: "b" } }, devices: [] },
    resources: { cpuCount: 1, memory: "2GB" },
  });
});

test.each<[StepSettings, StepSettings]>([
  [{ network: "bridge" }, { run: { network: "host" } }],
  [{ run: { network: "bridge" } }, { network: "host" }],
  [{ run: { network: "bridge" } }, { run: { network: "host" } }],
])("the network of the narrower level wins, in whichever form: %j, %j", (wide, narrow) => {
  const merged = mergeSettings(wide, narrow);
  expect(merged.network).toBe("host");
  expect(merged.run?.network).toBeUndefined();
});

test("another parent image replaces a Dockerfile with all that is for it, and the other way round", () => {
  const file: StepSettings = {
    docker: { dockerfile: "D", buildContextRoot: ".", buildOptions: { target: "x" }, user: "node" },
  };
  const image: StepSettings = { docker: { parentImage: "node:24" } };
  expect(mergeSettings(file, image)).toEqual({ docker: { parentImage: "node:24", user: "node" } });
  expect(mergeSettings(image, file)).toEqual(file);
});

test("levels that say nothing change nothing, whatever was written", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const given = value as StepSettings;
      const merged = mergeSettings(given);
      expect(mergeSettings({}, given, {}, undefined)).toEqual(merged);
      expect(mergeSettings(merged, merged)).toEqual(merged);
    }),
  );
});
