import { describe, expect, test } from "vitest";
import {
  getConfigEnvironmentVars,
  getOrchestratorRunName,
  getRunName,
  isSettingEnabled,
  RunNameError,
} from "../../../src/step-launcher/utils.ts";
import { aSnapshot } from "../../contract/metadata-records.ts";

const now = new Date("2026-11-21T10:27:03.004Z");

describe("a run name", () => {
  test("has date and time of the start in UTC for its placeholders", () => {
    expect(getRunName("train-{date}-{time}", now)).toBe("train-2026_11_21-10_27_03_004");
  });

  test("may have no placeholder", () => {
    expect(getRunName("nightly", now)).toBe("nightly");
  });

  test("may not be of several lines", () => {
    expect(() => getRunName("night\nly", now)).toThrow(/one line of text, which "night\\nly" is not/);
  });

  test.each(["", "  "])("may not be empty: %j", (template) => {
    expect(() => getRunName(template, now)).toThrow(RunNameError);
  });
});

describe("an orchestrator run name", () => {
  test("begins with the pipeline's name and differs each time", () => {
    const names = Array.from({ length: 50 }, () => getOrchestratorRunName("Weather"));
    expect(new Set(names).size).toBeGreaterThan(45);
    for (const name of names) expect(name).toMatch(/^weather-[0-9a-z]{6}$/);
  });
});

describe("a setting", () => {
  test.each([
    [true, false, true],
    [false, true, false],
    [undefined, false, false],
    [undefined, true, true],
    [undefined, undefined, true],
  ])("that is %s on the step and %s on the pipeline is enabled: %s", (step, pipeline, enabled) => {
    expect(isSettingEnabled(step, pipeline)).toBe(enabled);
  });
});

test("the variables of a run say which it is, and where the stores are", () => {
  const snapshot = aSnapshot();
  const told = { snapshot, runName: "nightly", orchestratorRunId: "weather-1", storesPath: "/w/stores" };
  expect(getConfigEnvironmentVars(told)).toEqual({
    ...{ ZENML_RUN_ID: "weather-1", ZENML_LOCAL_STORES_PATH: "/w/stores" },
    ...{ ZENML_PIPELINE_NAME: "weather", ZENML_RUN_NAME: "nightly" },
  });
});
