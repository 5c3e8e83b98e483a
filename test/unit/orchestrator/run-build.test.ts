import { expect, test } from "vitest";
import type { Build, BuiltImage } from "../../../src/model/index.ts";
import { runBuildOf } from "../../../src/orchestrator/containerized/run-build.ts";
import type { RunContext } from "../../../src/step-launcher/run-context.ts";

const image = (reference: string): BuiltImage => ({
  ...{ reference, imageId: reference, environmentKey: reference, parentImage: "debian" },
});

/** A run whose first record takes until `first` is resolved. */
const openBench = () => {
  const first = Promise.withResolvers<void>();
  const saved: Build[] = [];
  const ids: string[] = [];
  const saveBuild = async (build: Build) => {
    if (saved.length === 0) await first.promise;
    saved.push(build);
  };
  const updateRun = async (_: string, { buildId }: { readonly buildId: string }) => void ids.push(buildId);
  const context = {
    metadata: { saveBuild, updateRun },
    run: { id: "r", snapshotId: "s" },
    now: () => new Date(0),
  };
  return { first, saved, ids, context: context as unknown as RunContext };
};

const named = ({ images, invocations }: Build) =>
  Object.fromEntries(Object.entries(invocations).map(([id, index]) => [id, images[index]?.reference]));

test("the last record has the images of all who make some, however long the first takes", async () => {
  const { first, saved, ids, context } = openBench();
  const own = runBuildOf(context, new Map()).add({ image: image("one"), invocations: ["a", "c"] });
  const operators = runBuildOf(context, new Map()).add({ image: image("two"), invocations: ["b"] });
  first.resolve();
  await Promise.all([own, operators]);
  expect(saved.map(named).at(-1)).toEqual({ a: "one", c: "one", b: "two" });
  expect(saved.at(-1)?.images).toHaveLength(2);
  expect(ids).toEqual(saved.map(({ id }) => id));
});

test("what a resumed run has on record stays, where it is not made anew", async () => {
  const { first, saved, context } = openBench();
  first.resolve();
  const earlier = new Map(["a", "b"].map((id) => [id, image("old")]));
  await runBuildOf(context, earlier).add({ image: image("new"), invocations: ["b"] });
  expect(saved.map(named)).toEqual([{ a: "old", b: "new" }]);
});
