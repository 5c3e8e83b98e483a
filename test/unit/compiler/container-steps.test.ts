import { describe, expect, test } from "vitest";
import * as z from "zod";
import { compileContainer, uncalledHooks } from "../../../src/compiler/compile-container.ts";
import { containerStep } from "../../../src/index.ts";
import type { Invocation } from "../../../src/model/index.ts";
import { STEP, type Step } from "../../../src/pipeline/step.ts";

const compiled = (options: object) => {
  const made = containerStep({ name: "train", image: "python", ...options } as never) as unknown as Step;
  return compileContainer(made[STEP].definition, 'Pipeline "p", invocation "train"');
};

test("a snapshot has the image, the entrypoint and the directory of a container step, never its command", () => {
  const options = {
    entrypoint: ["python"],
    command: ["train.py", () => "x"],
    args: ["-v"],
    workdir: "/work",
  };
  expect(compiled(options)).toEqual({ image: "python", entrypoint: ["python"], workdir: "/work" });
  const build = { context: "trainer", dockerfile: "cpu.Dockerfile", target: "run", args: { A: "1" } };
  expect(compiled({ image: undefined, build })).toEqual({ build });
});

describe("a container step that cannot be compiled is refused at its place:", () => {
  test.each<[string, object, RegExp]>([
    ["no image", { image: undefined }, /"train" is a container step with no image to run in\. Give one/],
    ["two images", { build: { context: "." } }, /with both `image` and `build`/],
    [
      "an unknown option",
      { build: { context: ".", folder: "." }, image: undefined },
      /no option "build\.folder"/,
    ],
    ["a command that is none", { command: ["sleep", 5] }, /command\[1\].*string or a function/],
    ["arguments that are none", { args: ["-n", 5] }, /args\[1\].*string or a function/],
    ["a relative directory", { workdir: "work" }, /workdir.*absolute path/],
    [
      "docker settings",
      { settings: { docker: { aptPackages: ["git"] } } },
      /`settings\.docker` has no meaning/,
    ],
    ["a name that is a path", { inputs: { "a/b": z.string() } }, /input or output "a\/b"/],
    [
      "names that share a variable",
      { inputs: { aB: z.string(), a_b: z.string() } },
      /both be STEPDOCK_INPUT_A_B /,
    ],
    [
      "a value and a path that share one",
      { inputs: { a: z.string(), aPath: z.string() } },
      /STEPDOCK_INPUT_A_PATH /,
    ],
  ])("%s", (_, options, message) => {
    expect(() => compiled(options)).toThrow(message);
    expect(() => compiled(options)).toThrow(/^Pipeline "p", invocation "train"/);
  });
});

test("hooks of the pipeline that a container step cannot have are warned about", () => {
  const invocations = [
    { id: "a", container: {} },
    { id: "b" },
    { id: "c", container: {} },
  ] as unknown as Invocation[];
  expect(uncalledHooks(invocations, ["onFailure"])).toEqual([
    expect.stringMatching(/onFailure will not be called for container steps "a", "c"/),
  ]);
  expect(uncalledHooks(invocations, [])).toEqual([]);
});

test("calling it directly is refused whatever it is given", async () => {
  const made = containerStep({ name: "train", image: "python", inputs: { n: z.number() } });
  await expect(made.run({ n: "none" as never })).rejects.toMatchObject({
    code: "not_supported",
    message: expect.stringMatching(/"train" is a container step.*inside the `define` of a pipeline/),
  });
  expect(() => made({ n: 1 })).toThrow(/outside a pipeline/);
});
