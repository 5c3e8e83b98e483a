import { describe, expect, test } from "vitest";
import { artifact, directoryAt, fileAt } from "../../../src/index.ts";
import * as sample from "../../fixtures/sample-steps.ts";
import { compiled, defining, failure } from "./compile-sample.ts";

describe("files and folders", () => {
  test("have materializers of their own, and a type that no value has", async () => {
    const { invocations } = await compiled(
      defining(() => {
        const { table, site } = sample.makeFiles();
        sample.readFiles({ table, site });
      }),
    );
    expect(invocations.make_files?.outputs).toEqual({
      table: { materializer: "file", type: "file" },
      site: { materializer: "directory", type: "directory" },
    });
  });

  test("are no parts of other schemas", async () => {
    expect((await failure(defining(() => void sample.nested()))).message).toContain(
      'output "output": file() and directory() are whole inputs or outputs',
    );
  });

  test("are not wired to inputs of another kind, nor given from this machine", async () => {
    const folder = await failure(
      defining(() => {
        const { table, site } = sample.makeFiles();
        sample.readFiles({ table: site as never, site: table as never });
      }),
    );
    expect(folder.message).toContain('it takes file, but is wired to output "site" of "make_files"');
    const literal = await failure(
      defining(() => {
        sample.readFiles({ table: fileAt("/etc/hosts") as never, site: directoryAt("/") as never });
      }),
    );
    expect(literal.message).toContain("it takes a file, but got one of this machine. Wire it to an output");
  });
});

describe("a materializer of one's own", () => {
  const { makeLines, readLines, readTexts } = sample;

  test("is part of the snapshot with its version, and so is the name of the artifact", async () => {
    const { invocations } = await compiled(defining(() => void readLines({ lines: makeLines().lines })));
    expect(invocations.make_lines?.outputs).toEqual({
      lines: { materializer: "lines", materializerVersion: 2, name: "all-lines", type: "array of string" },
    });
  });

  test("has to be named by the step that reads what it stored", async () => {
    const { message } = await failure(defining(() => void readTexts({ texts: makeLines().lines })));
    expect(message).toContain('is stored by the materializer "lines", which the input does not name');
  });
});

describe("an artifact of an earlier run", () => {
  const { readFiles, readLines, readTexts } = sample;

  test("is settled with its number, and waits for no step", async () => {
    const { invocations } = await compiled(
      defining(() => {
        readTexts({ texts: artifact("texts") });
        readLines({ lines: artifact("lines", { version: 2 }) });
      }),
    );
    const stored = { kind: "stored", artifactId: "id of texts", name: "texts", version: 7 };
    expect(invocations.read_texts).toMatchObject({ upstreams: [], inputs: { texts: stored } });
    expect(invocations.read_lines?.inputs.lines).toMatchObject({ name: "lines", version: 2 });
  });

  test.each([
    [() => readTexts({ texts: artifact("file") }), "is a file, but it takes array of string"],
    [() => readFiles({ table: artifact("json"), site: artifact("file") }), "is stored as json, and no file"],
    [
      () => readTexts({ texts: artifact("lines") }),
      'is stored by the materializer "lines", which the input does not',
    ],
  ])("has to be of the kind that the input takes: %#", async (define, message) => {
    expect((await failure(defining(define as () => void))).message).toContain(message);
  });
});
