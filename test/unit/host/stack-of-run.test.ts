import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openHouse } from "../../../src/composition.ts";

test.each([
  ["a stack", {}, 'There is no stack "gone"'],
  [
    "an orchestrator",
    { components: { orchestrator: "gone", artifactStore: "default" } },
    'no orchestrator "gone"',
  ],
])(
  "of a run whose stack had %s that is gone, the error names the run, and what to do",
  async (_, metadata, told) => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "stepdock-house-"));
    const workspaceRoot = join(directory.path, ".stepdock");
    await using house = await openHouse({ workspaceRoot, projectRoot: directory.path });
    const run = { id: "run-1", name: "nightly", stack: "gone", metadata };
    await expect(house.stackOf(run)).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringMatching(
        new RegExp(
          `${told}.* Run nightly \\(run-1\\) was begun with it: declare or register it again.*stepdock clean`,
        ),
      ),
    });
  },
);
