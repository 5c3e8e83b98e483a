import { createProject, type Project } from "../../fixtures/project.ts";
import { IMPORTS } from "./pipeline-support.ts";

/** `load → double → sum`, and `greet` beside them; `double` alone reaches the helper. */
export const numbersProject = (): Promise<Project> =>
  createProject({
    "helper.ts": "/** By how much. */\nexport const factor = (): number => 2;\n",
    "steps.ts": `${IMPORTS}
import { factor } from "./helper.ts";

const numbers = z.array(z.number());

export const load = step({
  name: "load",
  inputs: { n: z.int() },
  outputs: { xs: numbers },
  run: ({ n }) => ({ xs: Array.from({ length: n }, (_, index) => index + 1) }),
});

export const double = step({
  name: "double",
  inputs: { xs: numbers },
  outputs: { xs: numbers },
  run: ({ xs }) => ({ xs: xs.map((x) => x * factor()) }),
});

// A comment about the sum.
export const sum = step({
  name: "sum",
  inputs: { xs: numbers },
  output: z.number(),
  run: ({ xs }) => xs.reduce((total, x) => total + x, 0),
});

export const greet = step({
  name: "greet",
  inputs: { name: z.string() },
  output: z.string(),
  run: ({ name }) => "hello " + name,
});

export const unused = step({ name: "unused", output: z.number(), run: () => 1 });
`,
    "pipeline.ts": `${IMPORTS}
import { double, greet, load, sum } from "./steps.ts";

export const numbers = pipeline({
  name: "numbers",
  parameters: { n: z.int().default(3), name: z.string().default("world") },
  define: ({ n, name }) => {
    greet({ name });
    return { total: sum({ xs: double({ xs: load({ n }).xs }).xs }) };
  },
});
`,
  });

export const EVERY_STEP = ["double", "greet", "load", "sum"];
