import { expect, test } from "vitest";
import * as z from "zod";
import { StackCatalog } from "../../../src/stack/catalog.ts";
import { settleConfig } from "../../../src/stack/component-config.ts";
import { type AnyFlavor, FlavorRegistry, type Source } from "../../../src/stack/flavor-registry.ts";

const component = (name: string, source: Source = "workspace") =>
  ({ type: "orchestrator", flavor: "local", config: {}, name, source }) as const;
const stack = (name: string, source: Source, orchestrator: string) => ({
  ...{ name, source, components: { orchestrator, artifactStore: "default", stepOperators: ["docker"] } },
});

const flavor: AnyFlavor = {
  ...{ name: "local", type: "orchestrator", create: () => ({}) },
  configSchema: z.strictObject({ limits: z.object({ steps: z.number() }).default({ steps: 2 }) }),
};

test("a name that two places declare is refused when it is used, with the way out", () => {
  const catalog = new StackCatalog({
    components: [component("a", "config"), component("a"), component("b")],
    stacks: [stack("s", "built-in", "a"), stack("s", "config", "b")],
  });
  expect(catalog.component("orchestrator", "b")).toEqual(component("b"));
  expect(() => catalog.component("orchestrator", "a")).toThrow(
    'There are two orchestrators "a": it is in stepdock.config.ts, and it is registered in the workspace. ' +
      "Delete the last: stepdock orchestrator delete a",
  );
  expect(() => catalog.stack("s")).toThrow("Rename the one in stepdock.config.ts.");
});

test("the stacks that have a component are told by its type and name", () => {
  const catalog = new StackCatalog({
    components: [],
    stacks: [stack("one", "workspace", "docker"), stack("two", "config", "local")],
  });
  expect(catalog.stacksWith("orchestrator", "docker")).toEqual(["one"]);
  expect(catalog.stacksWith("step_operator", "docker")).toEqual(["one", "two"]);
  expect(catalog.stacksWith("image_builder", "docker")).toEqual([]);
});

test("a configuration gets its defaults and is frozen, all of it", () => {
  const settled = settleConfig(flavor, component("a")) as { limits: { steps: number } };
  expect(settled).toEqual({ limits: { steps: 2 } });
  expect(Object.isFrozen(settled.limits)).toBe(true);
});

test("a flavor is loaded when it is asked for, and one name is one flavor", async () => {
  const registry = new FlavorRegistry();
  let loaded = 0;
  const entry = { type: "orchestrator", name: "local", source: "built-in" } as const;
  registry.add({
    ...entry,
    load: () => {
      loaded += 1;
      return flavor;
    },
  });
  expect(registry.list("orchestrator")).toHaveLength(1);
  expect(loaded).toBe(0);
  expect(await registry.get("orchestrator", "local")).toBe(flavor);
  await expect(registry.get("artifact_store", "local")).rejects.toThrow("There is none.");
  registry.add({ ...entry, source: "workspace", load: () => flavor });
  await expect(registry.get("orchestrator", "local")).rejects.toThrow(
    "stepdock orchestrator flavor delete local",
  );
});
