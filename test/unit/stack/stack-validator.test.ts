import { expect, test } from "vitest";
import type { ArtifactStore } from "../../../src/artifact/port.ts";
import { StackComponent } from "../../../src/stack/component.ts";
import type { ContainerRegistry } from "../../../src/stack/container-registry.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { checkRequired, type StackValidator, validateStack } from "../../../src/stack/stack-validator.ts";

class Orchestrator extends StackComponent {
  readonly type = "orchestrator";
  readonly flavor = "test";
  readonly #validator: StackValidator | undefined;

  constructor(validator?: StackValidator) {
    super({ name: "conductor", id: "workspace/conductor", config: {} });
    this.#validator = validator;
  }

  override get validator(): StackValidator | undefined {
    return this.#validator;
  }
}

const store = (validator?: StackValidator) => ({ name: "default", validator }) as unknown as ArtifactStore;

const stackOf = (parts: Partial<Stack> = {}): Stack => ({
  ...{ name: "mine", orchestrator: new Orchestrator(), artifactStore: store(), ...parts },
});

test("a stack whose components ask for nothing is valid", async () => {
  await expect(validateStack(stackOf())).resolves.toBeUndefined();
});

test("a type of component that another one needs has to be there", async () => {
  const orchestrator = new Orchestrator({ requiredComponents: ["artifact_store", "container_registry"] });
  await expect(validateStack(stackOf({ orchestrator }))).rejects.toMatchObject({
    code: "stack_invalid",
    message: expect.stringMatching(
      /Stack "mine" has no container registry, which its orchestrator "conductor" needs/,
    ),
  });
  const containerRegistry = { name: "registry" } as ContainerRegistry;
  await expect(validateStack(stackOf({ orchestrator, containerRegistry }))).resolves.toBeUndefined();
});

test("any component may check the stack as a whole, and only a run asks it", async () => {
  const asked: string[] = [];
  const check = async ({ name }: Stack) => {
    asked.push(name);
    return "its bucket is elsewhere";
  };
  const stack = stackOf({ artifactStore: store({ check }) });
  expect(() => checkRequired(stack)).not.toThrow();
  expect(asked).toEqual([]);
  await expect(validateStack(stack)).rejects.toThrow(
    'Stack "mine" does not suit its component "default": its bucket is elsewhere',
  );
  expect(asked).toEqual(["mine"]);
});
