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
      artifactStore: { other: { flavor: "local" }, team: { flavor: "s3", config: { bucket: "artifacts" } } },
      containerRegistry: { team: { flavor: "default", config: { uri: "ghcr.io/acme" } } },
      stepOperator: { small: { flavor: "docker", config: { pidsLimit: 64 } } },
    },
    stacks: { mine: { orchestrator: "wide", imageBuilder: false } },
  });
  const wide = { flavor: "local", config: { maxParallelism: "4" } } as const;
  // @ts-expect-error: it takes a number
  defineConfig({ components: { orchestrator: { wide } } });
  const odd = { flavor: "local_docker", config: { scheduling: "x" } } as const;
  // @ts-expect-error: one of two words
  defineConfig({ components: { orchestrator: { odd } } });
  const packaged = { flavor: "local_package", config: { pidsLimit: 1 } } as const;
  // @ts-expect-error: it makes no containers
  defineConfig({ components: { orchestrator: { packaged } } });
  const nowhere = { flavor: "s3", config: {} } as const;
  // @ts-expect-error: it has a bucket
  defineConfig({ components: { artifactStore: { nowhere } } });
  const registry = { flavor: "default", config: { url: "ghcr.io" } } as const;
  // @ts-expect-error: it is called uri
  defineConfig({ components: { containerRegistry: { registry } } });
  const limited = { flavor: "docker", config: { pidsLimit: "64" } } as const;
  // @ts-expect-error: it takes a number
  defineConfig({ components: { stepOperator: { limited } } });
  // @ts-expect-error: a stack has an orchestrator
  defineConfig({ stacks: { mine: {} } });
  // @ts-expect-error: there is no such type of component
  defineConfig({ components: { orchestrators: {} } });
  expectTypeOf(defineConfig({ stack: "local" }).stack).toEqualTypeOf<string | undefined>();
});
