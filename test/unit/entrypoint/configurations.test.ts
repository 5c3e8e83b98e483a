import { expect, test } from "vitest";
import { configurationSource, parseArguments } from "../../../entrypoint/arguments.ts";
import {
  type EntrypointArguments,
  PipelineEntrypointConfiguration,
  StepEntrypointConfiguration,
} from "../../../src/orchestrators.ts";

class Regional extends StepEntrypointConfiguration {
  static override readonly source = "orchestration.ts#Regional";

  static override getCustomEntrypointOptions(): Set<string> {
    return new Set(["region"]);
  }

  static override getCustomEntrypointArguments({ stepName }: EntrypointArguments): string[] {
    return ["--region", `north of ${stepName}`];
  }
}

const given = { stepName: "train", snapshotId: "s1" };

test("the arguments that a configuration gives are those that it takes, its own ones among them", () => {
  const argv = Regional.getEntrypointArguments(given);
  expect(configurationSource(argv)).toBe("orchestration.ts#Regional");
  expect({ ...parseArguments(argv, Regional.getEntrypointOptions()) }).toEqual({
    ...{ entrypoint_config_source: "orchestration.ts#Regional", snapshot_id: "s1", step_name: "train" },
    region: "north of train",
  });
  expect(() => parseArguments(argv, StepEntrypointConfiguration.getEntrypointOptions())).toThrow(/--region/);
});

test("a launch is asked for by the step alone, a process of an attempt by its assignment", () => {
  const launch = StepEntrypointConfiguration.getEntrypointArguments(given);
  expect(launch.filter((each) => each.startsWith("--"))).toEqual([
    "--entrypoint_config_source",
    "--snapshot_id",
    "--step_name",
  ]);
  const attempt = { ...given, stepSource: "/b/1.mjs#step", assignment: "-" };
  expect(StepEntrypointConfiguration.getEntrypointArguments(attempt).slice(launch.length)).toEqual([
    ...["--step_source", "/b/1.mjs#step", "--assignment", "-"],
  ]);
});

test("a whole pipeline is asked for by its snapshot, and takes no step", () => {
  const argv = PipelineEntrypointConfiguration.getEntrypointArguments({ snapshotId: "s1" });
  expect(argv).toEqual([
    ...["--entrypoint_config_source", "stepdock/orchestrators#PipelineEntrypointConfiguration"],
    ...["--snapshot_id", "s1"],
  ]);
  const options = PipelineEntrypointConfiguration.getEntrypointOptions();
  expect(() => parseArguments([...argv, "--step_name", "train"], options)).toThrow(/--step_name/);
});

test("both run in a container as ZenML's do: node and the entrypoint of the image", () => {
  expect(Regional.getEntrypointCommand()).toEqual(["node", "/stepdock/entrypoint.mjs"]);
});
