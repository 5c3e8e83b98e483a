import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { openHouse } from "../../src/composition.ts";
import type { StackComponentType } from "../../src/stack/component.ts";
import { createProject } from "../fixtures/project.ts";

const SUITES = [
  ["orchestrator", "orchestrator.test.ts", "orchestratorContract"],
  ["artifact_store", "artifact-store.test.ts", "artifactStoreContract"],
  ["container_registry", "container-registry.test.ts", "containerRegistryContract"],
] as const satisfies readonly (readonly [StackComponentType, string, string])[];

test.for(SUITES)(
  "every built-in flavor of type %s passes the suite of its type",
  async ([type, file, suite]) => {
    await using project = await createProject({});
    const places = { workspaceRoot: project.path(".stepdock"), projectRoot: project.directory };
    await using house = await openHouse(places);
    const code = readFileSync(resolve(import.meta.dirname, file), "utf8");
    const flavors = (await house.declared()).flavors.list(type).map(({ name }) => name);
    expect(flavors.length).toBeGreaterThan(0);
    expect(flavors.filter((name) => !code.includes(`${suite}("${name}"`))).toEqual([]);
  },
);
