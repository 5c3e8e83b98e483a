import { afterAll, beforeAll, expect, test } from "vitest";
import { type ErrorProject, errorProject, IMPORTS, onlyMessage, placeOf } from "./support.ts";

const PIPELINE = "export const main = pipeline({ name: 'main', define: () => { greet(); } });";
const GREET = 'export const greet = step({ name: "greet", run: () => {} });';

const FILES = {
  "helper.ts": "export const total = 1;\nexport const one = 1;\n",
  "no-pipeline.ts": "export const answer = 42;\nexport const question = 'which';\n",
  "several.ts": `${IMPORTS}${GREET}
export const train = pipeline({ name: "train", define: () => { greet(); } });
export const report = pipeline({ name: "report", define: () => { greet(); } });
`,
  "syntax.ts": `${IMPORTS}${GREET}\nconst answer: number = = 42;\n${PIPELINE}\n`,
  "package.ts": `${IMPORTS}import { sum } from "lodahs/fp";\n${GREET}\nsum();\n${PIPELINE}\n`,
  "path.ts": `${IMPORTS}import { total } from "./halper.ts";\n${GREET}\nconsole.log(total);\n${PIPELINE}\n`,
  "name.ts": `${IMPORTS}interface Unused { a: string }\nimport { totl } from "./helper.ts";\n${GREET}\nconsole.log(totl);\n${PIPELINE}\n`,
  "throws.ts": `${IMPORTS}interface Options { key: string }
${GREET}
const read = (options: Options): string => {
  throw new Error("no " + options.key + " is set");
};
export const key = read({ key: "API_KEY" });
${PIPELINE}
`,
  "outside.ts": `${IMPORTS}interface Unused { a: string }\n${GREET}\n  greet();\n${PIPELINE}\n`,
};

let project: ErrorProject;

beforeAll(async () => {
  project = await errorProject(FILES);
});
afterAll(() => project[Symbol.asyncDispose]());

const refusal = async (...args: string[]): Promise<string> => {
  const result = await project.stepdock(["run", ...args]);
  expect(result).toMatchObject({ status: 2, stdout: "" });
  return onlyMessage(result);
};

test("a file that is not there is named, with what to name instead", async () => {
  expect(await refusal("pipelin.ts")).toBe(
    `There is no file ${project.path("pipelin.ts")}. Name the module that exports your pipeline, such as pipeline.ts.`,
  );
});

test("a directory is no file", async () => {
  expect(await refusal(".")).toMatch(/^\S+ is no file\. Name the module that exports your pipeline/);
});

test("a file without a pipeline is told with what it exports, and how to export one", async () => {
  expect(await refusal("no-pipeline.ts")).toBe(
    `${project.path("no-pipeline.ts")} exports no pipeline (it exports: answer, question). ` +
      "Write `export const name = pipeline({ … })`.",
  );
});

test("of several pipelines one has to be named, and the message shows the command", async () => {
  const file = project.path("several.ts");
  expect(await refusal("several.ts")).toBe(
    `${file} exports several pipelines: report, train. Say which: stepdock run ${file} report`,
  );
});

test("a pipeline that the file does not export is told with those that it does, and the nearest", async () => {
  expect(await refusal("several.ts", "trian")).toMatch(
    /several\.ts exports no pipeline "trian"\. It exports: report, train\. Did you mean "train"\?$/,
  );
});

test("a syntax error is shown with file, line and column", async () => {
  expect(await refusal("syntax.ts")).toBe(
    [
      "Cannot bundle syntax.ts: Unexpected token",
      "  at syntax.ts:4:24",
      "  4 | const answer: number = = 42;",
      "                             ^",
      "Correct the syntax of that line.",
    ].join("\n"),
  );
});

test("an import of a package that is not installed shows the place, and the package to install", async () => {
  const message = await refusal("package.ts");
  expect(message).toMatch(/^Cannot bundle package\.ts: Could not resolve 'lodahs\/fp' in package\.ts\n/);
  expect(message).toContain(`at package.ts:${placeOf(FILES["package.ts"], '"lodahs/fp"')}\n`);
  expect(message).toMatch(/\nInstall the package \(npm install lodahs\), or correct its name\.$/);
});

test("an import of a file that is not there shows the place", async () => {
  const message = await refusal("path.ts");
  expect(message).toContain(`at path.ts:${placeOf(FILES["path.ts"], '"./halper.ts"')}\n`);
  expect(message).toMatch(/\nCreate that file, or correct the path; its extension is part of it\.$/);
});

test("an import of a name that the module does not export shows both, and the place", async () => {
  const place = `${project.path("name.ts")}:${placeOf(FILES["name.ts"], "totl }")}`;
  expect(await refusal("name.ts")).toBe(
    'The import of "totl" from "./helper.ts" fails: that module has no export of this name. ' +
      `Correct the name, or export it there:\n    at ${place}`,
  );
});

test("a module that throws while it is loaded is shown with the places in its source, and no others", async () => {
  const file = project.path("throws.ts");
  const [message, ...frames] = (await refusal("throws.ts")).split("\n");
  expect(message).toBe(`${file} cannot be loaded, since it threw Error: no API_KEY is set`);
  expect(frames).toEqual([
    `    at read (${file}:${placeOf(FILES["throws.ts"], 'new Error("no')})`,
    `    at ${file}:${placeOf(FILES["throws.ts"], "read({")}`,
  ]);
});

test("a step that is called outside a pipeline is told where, and what to do instead", async () => {
  const message = await refusal("outside.ts");
  expect(message).toMatch(
    /Step "greet" was called outside a pipeline\. Call it inside the `define` of a pipeline, or use `greet\.run\(inputs\)`/,
  );
  expect(message.split("\n").slice(1)).toEqual([
    `    at ${project.path("outside.ts")}:${placeOf(FILES["outside.ts"], "greet();\nexport")}`,
  ]);
});

test("nothing of it was recorded as a run, and earlier runs are still there", async () => {
  expect(await project.runs()).toHaveLength(1);
  await project.expectNothingLost();
});
