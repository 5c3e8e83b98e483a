import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BuildOutput } from "../../../src/docker/build-output.ts";
import { ImageBuildError } from "../../../src/docker/image-build-error.ts";

const follow = (streams: readonly string[]) => {
  const shown: string[] = [];
  const output = new BuildOutput((line) => shown.push(line));
  for (const stream of streams) output.accept({ stream });
  output.end();
  return { shown, output };
};

describe("BuildOutput", () => {
  it("gives every line once, whole and in order, however the output is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "🐳", " ", "\n") });
    fc.assert(
      fc.property(fc.array(text), (pieces) => {
        const whole = pieces.join("");
        const lines = whole.split("\n");
        if (lines.at(-1) === "") lines.pop();
        expect(follow(pieces).shown).toEqual(lines);
      }),
    );
  });

  it("knows which instruction runs, and keeps what that one printed", () => {
    const { output } = follow([
      "Step 1/2 : FROM a",
      "\n",
      " ---> 1234\n",
      "Step 2/2 : RUN b && c",
      "\n",
      "out",
      "put\n",
    ]);
    expect(output).toMatchObject({ step: 2, instruction: "RUN b && c", lines: ["output"] });
  });

  it("reads Podman's spelling of a step", () => {
    expect(follow(["STEP 1/1: FROM a\n"]).output.instruction).toBe("FROM a");
  });

  it("does not take a program's own output for a step that went before", () => {
    const { output } = follow(["Step 2/2 : RUN make\n", "Step 1/9 : compile\n"]);
    expect(output).toMatchObject({ instruction: "RUN make", lines: ["Step 1/9 : compile"] });
  });

  it("takes off the engine's red of stderr, and leaves a program's own colours to the reader", () => {
    const { shown, output } = follow([
      "Step 1/1 : RUN x\n",
      "\u001b[91msad\n\u001b[0m",
      "\u001b[32mglad\u001b[0m\n",
    ]);
    expect(shown.slice(1)).toEqual(["sad", "\u001b[32mglad\u001b[0m"]);
    expect(output.lines).toEqual(["sad", "glad"]);
  });

  it("keeps the last 50 lines alone", () => {
    const { output } = follow([
      "Step 1/1 : RUN seq\n",
      Array.from({ length: 80 }, (_, i) => `${i}\n`).join(""),
    ]);
    expect(output.lines).toHaveLength(50);
    expect(output.lines.at(-1)).toBe("79");
  });

  it("shows a layer of a parent once for each status", () => {
    const shown: string[] = [];
    const output = new BuildOutput((line) => shown.push(line));
    for (const status of ["Downloading", "Downloading", "Pull complete"])
      output.accept({ status, id: "abc" });
    output.accept({ status: "Digest: x" });
    expect(shown).toEqual(["abc: Downloading", "abc: Pull complete", "Digest: x"]);
  });

  it("learns the image from either of the engine's two ways to tell", () => {
    const output = new BuildOutput();
    expect(output.imageId).toBeUndefined();
    output.accept({ stream: "Successfully built 12ab\n" });
    expect(output.imageId).toBe("12ab");
    output.accept({ aux: { ID: "sha256:12ab34" } });
    expect(output.imageId).toBe("sha256:12ab34");
  });
});

describe("ImageBuildError", () => {
  it("shows the instruction, its output and the way out", () => {
    const { output } = follow([
      "Step 3/4 : RUN apt-get update\n",
      "Err: Temporary failure resolving 'packages.example'\n",
    ]);
    const error = new ImageBuildError("app:1", output, "returned a non-zero code: 100", 100);
    expect(error).toMatchObject({ code: "build_failed", tag: "app:1", step: 3, exitCode: 100 });
    expect(error.message).toMatch(
      /app:1.*code: 100\nInstruction 3 of the Dockerfile: RUN apt-get update\n {2}\| Err/,
    );
    expect(error.message).toContain("reached no network");
  });
});
