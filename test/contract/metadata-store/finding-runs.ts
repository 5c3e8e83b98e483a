import { describe, expect, test } from "vitest";
import type { MetadataStore } from "../../../src/metadata/port.ts";
import { aRun, at } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

const create = async (store: MetadataStore, ids: readonly string[]): Promise<void> => {
  for (const [index, id] of ids.entries()) await store.createRun(aRun(id, { createdAt: at(index) }));
};

export const describeFindingRuns = (make: MakeFixture): void => {
  describe("finding a run", () => {
    test.each([
      ["its id", "abc123"],
      ["its name", "name of abc123"],
      ["an unambiguous beginning of its id", "abc1"],
    ])("by %s", async (_, reference) => {
      await using fixture = await make();
      await create(fixture.store, ["abc123", "abd", "xyz"]);
      expect((await fixture.store.findRun(reference)).id).toBe("abc123");
    });

    test("'latest' is the newest run, whatever was created last", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("newest", { createdAt: at(9) }));
      await fixture.store.createRun(aRun("older", { createdAt: at(3) }));
      expect((await fixture.store.findRun("latest")).id).toBe("newest");
    });

    test("'latest' without any run says how to get one", async () => {
      await using fixture = await make();
      await expect(fixture.store.findRun("latest")).rejects.toMatchObject({
        code: "not_found",
        message: expect.stringMatching(/stepdock run/),
      });
    });

    test("a whole id wins over other ids that begin with it", async () => {
      await using fixture = await make();
      await create(fixture.store, ["run-1", "run-10", "run-11"]);
      expect((await fixture.store.findRun("run-1")).id).toBe("run-1");
    });

    test("an ambiguous beginning is refused, with the candidates", async () => {
      await using fixture = await make();
      await create(fixture.store, ["abc1", "abc2", "xyz"]);
      await expect(fixture.store.findRun("abc")).rejects.toMatchObject({
        code: "not_found",
        message: expect.stringMatching(
          /'abc' fits 2 runs[\s\S]*abc2 {2}name of abc2[\s\S]*abc1 {2}name of abc1/,
        ),
        candidates: ["abc2", "abc1"],
      });
    });

    test("a name that several runs have is refused, with the candidates", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("one", { name: "twin", createdAt: at(1) }));
      await fixture.store.createRun(aRun("two", { name: "twin", createdAt: at(2) }));
      await expect(fixture.store.findRun("twin")).rejects.toMatchObject({ candidates: ["two", "one"] });
    });

    test.each(["nowhere", "", "%", "a%", "a_c", "BC", "bc", "name of"])(
      "%j fits nothing, and the error says what lists the runs",
      async (reference) => {
        await using fixture = await make();
        await create(fixture.store, ["abc"]);
        await expect(fixture.store.findRun(reference)).rejects.toMatchObject({
          code: "not_found",
          reference,
          message: expect.stringMatching(`'${reference}'.*\`stepdock runs\``),
        });
      },
    );
  });
};
