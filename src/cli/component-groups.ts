import type { Command } from "commander";
import type { CommandContext, Done } from "./command-parts.ts";
import type { Outputs } from "./output.ts";

/** `stepdock stack …` and a group of commands for each type of component. */
const GROUPS = {
  stack: "register, list and choose stacks: which components a run uses",
  orchestrator: "orchestrators: what runs the steps",
  "artifact-store": "artifact stores: where outputs are kept",
  "image-builder": "image builders: what makes the images of steps",
  "container-registry": "container registries: where images are pushed",
  "step-operator": "step operators: what runs single steps elsewhere",
} as const;
export type ComponentGroup = keyof typeof GROUPS;

/** Only their names: what each is made of is loaded when it is called. */
export const addComponentGroups =
  (outputs: Outputs) =>
  (program: Command, context: () => CommandContext, done: Done): void => {
    for (const [group, description] of Object.entries(GROUPS) as [ComponentGroup, string][]) {
      program
        .command(group)
        .description(description)
        .argument("[words...]")
        .usage("register | list | describe | …")
        .helpOption(false)
        .allowUnknownOption()
        .action(async (words: string[]) => {
          const { runGroup } = await import("./components/run-group.ts");
          await runGroup(group, words, { outputs, context, done });
        });
    }
  };
