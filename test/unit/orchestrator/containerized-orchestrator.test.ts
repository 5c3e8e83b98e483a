import { expect, test } from "vitest";
import type { ArtifactStore } from "../../../src/artifact/port.ts";
import {
  BaseOrchestrator,
  BaseOrchestratorConfig,
  type ComponentServices,
  ContainerizedOrchestrator,
  type Invocation,
  type PipelineSnapshot,
  type Stack,
} from "../../../src/orchestrators.ts";
import type { ImageBuilder } from "../../../src/stack/image-builder.ts";

const invocation = (id: string, parentImage: string, externals: string[] = []): Invocation => ({
  ...{ id, stepName: id, source: `s.ts#${id}`, codeHash: `hash-${id}`, upstreams: [], inputs: {} },
  ...{ outputs: {}, environment: {}, settings: { docker: { parentImage } }, externals },
});

const snapshotOf = (...invocations: Invocation[]): PipelineSnapshot => ({
  ...{ formatVersion: 1, id: "s1", createdAt: "", pipelineName: "weather", runNameTemplate: "r" },
  ...{ parameters: {}, executionMode: "continue_on_failure", outputs: {}, anonymousOutput: false },
  ...{ invocations: Object.fromEntries(invocations.map((each) => [each.id, each])), warnings: [] },
});

class Submitting extends ContainerizedOrchestrator {
  readonly flavor = "submitting";
  getOrchestratorRunId = () => "1";
  submitPipeline = async () => undefined;
}

class Whole extends Submitting {
  override shouldBuildPipelineImage(): boolean {
    return true;
  }
}

const identity = { name: "mine", id: "mine", config: BaseOrchestratorConfig.parse({}) };
const services = {} as ComponentServices;

test("a snapshot needs an image for each kind of docker settings and packages; a whole pipeline, one", () => {
  const snapshot = snapshotOf(
    invocation("a", "one"),
    invocation("b", "one", ["sharp"]),
    invocation("c", "two"),
  );
  const builds = (orchestrator: ContainerizedOrchestrator, of: PipelineSnapshot) =>
    orchestrator.getDockerBuilds(of).map(({ invocations }) => invocations);
  expect(builds(new Submitting(identity, services), snapshot)).toEqual([["a"], ["b"], ["c"]]);
  const { c: _, ...alike } = snapshot.invocations;
  const equal = { ...snapshot, invocations: alike };
  expect(builds(new Whole(identity, services), equal)).toEqual([["a", "b"]]);
});

test("an image that is asked for before it is there, or that there is none of, is told by name", () => {
  const snapshot = snapshotOf(invocation("a", "one"));
  const orchestrator = new Submitting(identity, services);
  expect(() => orchestrator.getImage(snapshot, "a")).toThrow(/No image was built for "a"/);
  expect(() => orchestrator.getImage(snapshot)).toThrow(/shouldBuildPipelineImage/);
});

test("a step that asks for resources requires them where its orchestrator runs it, not where an operator does", () => {
  const modest = invocation("a", "one");
  const greedy = { ...modest, settings: { resources: { cpuCount: 2 } } };
  expect(BaseOrchestrator.requiresResourcesInOrchestrationEnvironment(modest)).toBe(false);
  expect(BaseOrchestrator.requiresResourcesInOrchestrationEnvironment(greedy)).toBe(true);
  const operated = { ...greedy, stepOperator: "docker" };
  expect(BaseOrchestrator.requiresResourcesInOrchestrationEnvironment(operated)).toBe(false);
});

test("one that runs no steps in this process can not promise to stop them when another fails", () => {
  const { supportedExecutionModes, runsElsewhere } = new Submitting(identity, services);
  expect(runsElsewhere).toBe(true);
  expect(supportedExecutionModes).toEqual(["stop_on_failure", "continue_on_failure"]);
});

test("a plan names the images as they will be, with the launcher in them", async () => {
  const imageBuilder = {
    planEnvironment: async () => ({ key: "k", parentImage: "one", ingredients: {}, settings: {} }),
    imageReference: (_plan: unknown, codeHashes: readonly string[]) => codeHashes.join(),
  } as unknown as ImageBuilder;
  const orchestrator = new Submitting(identity, services);
  const stack: Stack = { name: "mine", orchestrator, artifactStore: {} as ArtifactStore, imageBuilder };
  const step = invocation("a", "one");
  const bundles = new Map([["hash-a", { code: "" }]]);
  const { imageOf } = orchestrator.planEnvironment({ snapshot: snapshotOf(step), bundles }, stack);
  expect(await imageOf(step)).toMatch(/^hash-a,[0-9a-f]{64}$/);
});

test("what it does not do is told by its properties, and a dynamic pipeline is refused by name", async () => {
  const { supportsDynamicPipelines, canRunIsolatedSteps } = new Submitting(identity, services);
  expect({ supportsDynamicPipelines, canRunIsolatedSteps }).toEqual({
    ...{ supportsDynamicPipelines: false, canRunIsolatedSteps: false },
  });
  const submitted = new Submitting(identity, services).submitDynamicPipeline(snapshotOf());
  await expect(submitted).rejects.toMatchObject({
    code: "not_supported",
    message: expect.stringMatching(/"mine".*runs no dynamic pipelines, and "weather" is one/),
  });
});
