import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Registration, Registrations } from "../../src/metadata/registrations.ts";

interface Store extends AsyncDisposable {
  readonly registrations: Registrations;
}

const COMPONENT = { type: "orchestrator", name: "mine", flavor: "local", config: { maxParallelism: 2 } };
const STACK = { name: "held", components: { orchestrator: "mine", artifactStore: "default" } };
const FLAVOR = { type: "orchestrator", name: "quiet", module: "../flavors.ts", exportName: "quiet" };

/** What every keeper of registrations does. `open` opens the one that lives in a directory. */
export const describeRegistrations = (name: string, open: (directory: string) => Promise<Store>): void => {
  const make = async () => {
    await using resources = new AsyncDisposableStack();
    const { path } = resources.use(await mkdtempDisposable(join(tmpdir(), "stepdock-registrations-")));
    const store = resources.use(await open(path));
    const kept = resources.move();
    const put = async (...all: Registration[]) => {
      for (const each of all) await store.registrations.change(() => each);
    };
    return {
      ...{ put, registrations: store.registrations },
      reopen: async () => kept.use(await open(path)).registrations,
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  };

  describe(`registrations: ${name}`, () => {
    test("at first nothing is registered, and no stack is active", async () => {
      await using fixture = await make();
      expect(await fixture.registrations.read()).toEqual({ components: [], stacks: [], flavors: [] });
    });

    test("what is put is there for every connection, in the order of the names", async () => {
      await using fixture = await make();
      await fixture.put(
        { put: "component", value: COMPONENT },
        { put: "component", value: { ...COMPONENT, name: "elder" } },
        { put: "stack", value: STACK },
        { put: "flavor", value: FLAVOR },
        { activate: "held" },
      );
      expect(await (await fixture.reopen()).read()).toEqual({
        components: [{ ...COMPONENT, name: "elder" }, COMPONENT],
        ...{ stacks: [STACK], flavors: [FLAVOR], activeStack: "held" },
      });
    });

    test("to put is also to replace, and names are apart by type", async () => {
      await using fixture = await make();
      const store = { ...COMPONENT, type: "artifact_store" };
      await fixture.put(
        { put: "component", value: COMPONENT },
        { put: "component", value: store },
        { put: "component", value: { ...COMPONENT, config: {} } },
        { activate: "held" },
        { activate: "other" },
      );
      const { components, activeStack } = await fixture.registrations.read();
      expect(components).toEqual([store, { ...COMPONENT, config: {} }]);
      expect(activeStack).toBe("other");
    });

    test("what is removed is gone, and nothing else", async () => {
      await using fixture = await make();
      await fixture.put(
        { put: "component", value: COMPONENT },
        { put: "flavor", value: FLAVOR },
        { put: "stack", value: STACK },
        { put: "stack", value: { ...STACK, name: "spare" } },
        { remove: "component", type: "orchestrator", name: "mine" },
        { remove: "flavor", type: "orchestrator", name: "quiet" },
        { remove: "stack", name: "held" },
        { remove: "stack", name: "nowhere" },
      );
      const left = { components: [], flavors: [], stacks: [{ ...STACK, name: "spare" }] };
      expect(await fixture.registrations.read()).toEqual(left);
    });

    test("a change is decided on what is there at that instant, and one that is refused changes nothing", async () => {
      await using fixture = await make();
      await (await fixture.reopen()).change(() => ({ put: "stack", value: STACK }));
      const refusal = new Error("held is there");
      const change = fixture.registrations.change(({ stacks }) => {
        if (stacks.some((stack) => stack.name === "held")) throw refusal;
        return { put: "stack", value: { ...STACK, name: "other" } };
      });
      await expect(change).rejects.toBe(refusal);
      expect((await fixture.registrations.read()).stacks).toEqual([STACK]);
    });
  });
};
