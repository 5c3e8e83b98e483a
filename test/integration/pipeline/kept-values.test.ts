import { deepStrictEqual } from "node:assert";
import { expect, test } from "vitest";
import { createProject } from "../../fixtures/project.ts";
import { IMPORTS, outputOf, runPipeline } from "./pipeline-support.ts";

/** Evaluated here, and in the containers of the step that makes the values and of the one that checks them. */
const VALUES = `({
  date: new Date("2024-02-29T12:34:56.789Z"),
  map: new Map([["a", 1], ["b", new Map([["c", new Date(0)]])]]),
  mapOfKeys: new Map([[{ k: 1 }, "object"], [NaN, "nan"]]),
  set: new Set(["x", 2, null]),
  bigint: 2n ** 80n,
  negativeBigint: -1n,
  numbers: [NaN, -0, 0, Infinity, -Infinity, 5e-324, 2 ** 53],
  undefined: undefined,
  nothings: { a: undefined, b: null, list: [undefined, null, 1] },
  floats: new Float64Array([1.5, NaN, -0, Infinity]),
  words: new Uint16Array([1, 65535]),
  bigs: new BigInt64Array([-1n, 2n ** 62n]),
  bytes: new Uint8Array([0, 10, 13, 255]),
  buffer: Buffer.from("grüße"),
  arrayBuffer: new Uint8Array([1, 2, 3]).buffer,
  nested: { when: [new Date(1)], bytes: { of: new Uint8Array([9]) } },
  text: "naïve 🦉\\u2028\\n\\0 end",
  lone: "\\ud800",
  empty: "",
  protoKey: JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
})`;

const expected = (): Record<string, unknown> => new Function(`return ${VALUES}`)();

const FILES = {
  "values.ts": `export const values = (): Record<string, unknown> => ${VALUES};\n`,
  "pipeline.ts": `${IMPORTS}
import { deepStrictEqual } from "node:assert";
import { values } from "./values.ts";

const all = Object.fromEntries(Object.keys(values()).map((name) => [name, z.unknown()]));

export const make = step({ name: "make", outputs: all, run: () => values() });

export const check = step({
  name: "check",
  inputs: all,
  output: z.int(),
  run: (given) => {
    deepStrictEqual(given, values());
    return Object.keys(given).length;
  },
});

export const kinds = pipeline({ name: "kinds", define: () => ({ checked: check(make()) }) });
`,
};

test("values of every kind pass between steps, and to the host, as they left", async () => {
  await using project = await createProject(FILES);
  const ran = await runPipeline(project);
  const values = expected();
  expect(await outputOf(project, ran, "check")).toBe(Object.keys(values).length);
  for (const [name, value] of Object.entries(values)) {
    deepStrictEqual(await outputOf(project, ran, "make", name), value, name);
  }
});

test("values from the cache arrive as they left", async () => {
  await using project = await createProject(FILES);
  await runPipeline(project);
  await project.edit("pipeline.ts", "return Object.keys(given).length", "return -Object.keys(given).length");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["check"]);
  expect(await outputOf(project, ran, "check")).toBe(-Object.keys(expected()).length);
});

test("a changed kind of an equal-looking value runs the step that takes it", async () => {
  await using project = await createProject({
    "pipeline.ts": `${IMPORTS}
export const make = step({ name: "make", output: z.unknown(), run: (): unknown => 1 });
export const take = step({ name: "take", inputs: { value: z.unknown() }, output: z.string(), run: ({ value }) => typeof value });
export const one = pipeline({ name: "one", define: () => ({ type: take({ value: make() }) }) });
`,
  });
  await runPipeline(project);
  await project.edit("pipeline.ts", "(): unknown => 1", "(): unknown => 1n");
  const ran = await runPipeline(project);
  expect(ran.executed).toEqual(["make", "take"]);
  expect(await outputOf(project, ran, "take")).toBe("bigint");
});
