import { expectTypeOf, test } from "vitest";
import { defineConfig } from "../../src/config.ts";

test("what a built-in flavor takes is checked, and other flavors take anything", () => {
  defineConfig({
    stack: "mine",
    components: {
      orchestrator: {
        wide: { flavor: "local", config: { maxParallelism: 4 } },
        own: { flavor: "my_own", config: { anything: [1] } },
      },
      artifactStore: { other: { flavor: "local" } },
    },
    stacks: { mine: { orchestrator: "wide", imageBuilder: false } },
  });
  const wide = { flavor: "local", config: { maxParallelism: "4" } } as const;
  // @ts-expect-error: it takes a number
  defineConfig({ components: { orchestrator: { wide } } });
  const odd = { flavor: "local_docker", config: { scheduling: "x" } } as const;
  // @ts-expect-error: one of two words
  defineConfig({ components: { orchestrator: { odd } } });
  // @ts-expect-error: a stack has an orchestrator
  defineConfig({ stacks: { mine: {} } });
  // @ts-expect-error: there is no such type of component
  defineConfig({ components: { orchestrators: {} } });
  expectTypeOf(defineConfig({ stack: "local" }).stack).toEqualTypeOf<string | undefined>();
});
