import type { Command } from "commander";
import { activateStack, deleteStack, registerStack } from "../../host/register/stacks.ts";
import { examples } from "../command-parts.ts";
import type { GroupHome } from "./run-group.ts";
import { describeStack, listStacks } from "./stack-report.ts";

interface Parts {
  readonly orchestrator: string;
  readonly artifactStore: string;
  readonly imageBuilder: string | false;
  readonly containerRegistry?: string;
  readonly stepOperator?: readonly string[];
}

/** `stepdock stack register|list|describe|set|delete` */
export const addStackCommands = (program: Command, home: GroupHome): void => {
  program.description("Which components a run uses.");
  for (const add of [addRegister, addList, addDescribe, addSet, addDelete]) add(program, home);
};

const addList = (program: Command, home: GroupHome): void => {
  program
    .command("list")
    .description("list the stacks there are; the active one is marked")
    .option("--json", "print JSON, one a line")
    .addHelpText("after", examples(["stepdock stack list", "stepdock stack list --json"]))
    .action((options: { json?: boolean }) =>
      home.look((shelf, context) => listStacks(shelf, context, options)),
    );
};

const addDescribe = (program: Command, home: GroupHome): void => {
  program
    .command("describe")
    .description("tell the components of a stack")
    .argument("[name]", "its name (default: the active one)")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["stepdock stack describe", "stepdock stack describe local"]))
    .action((name: string | undefined, options: { json?: boolean }) =>
      home.look((shelf, context) => describeStack(shelf, context, name, options)),
    );
};

const addSet = (program: Command, home: GroupHome): void => {
  program
    .command("set")
    .description("choose the stack of runs that name none")
    .argument("<name>", "its name")
    .addHelpText("after", examples(["stepdock stack set local"]))
    .action((name: string) =>
      home.act(async (house, { out }) => {
        await activateStack(house, name);
        await out.line(`the active stack is "${name}" now`);
      }),
    );
};

const addDelete = (program: Command, home: GroupHome): void => {
  program
    .command("delete")
    .description("delete a stack; its components stay")
    .argument("<name>", "its name")
    .addHelpText("after", examples(["stepdock stack delete mine"]))
    .action((name: string) =>
      home.look(async (shelf, { out }) => {
        await deleteStack(shelf, name);
        await out.line(`deleted the stack "${name}"`);
      }),
    );
};

const addRegister = (program: Command, home: GroupHome): void => {
  program
    .command("register")
    .description("register a stack in the workspace")
    .argument("<name>", "its name")
    .requiredOption("-o, --orchestrator <name>", "what runs the steps")
    .option("-a, --artifact-store <name>", "where outputs are kept", "default")
    .option("-i, --image-builder <name>", "what makes the images of steps", "default")
    .option("--no-image-builder", "none: for orchestrators that need none")
    .option("-c, --container-registry <name>", "where images are pushed")
    .option("-s, --step-operator <name...>", "what runs single steps elsewhere")
    .addHelpText("after", examples(["stepdock stack register mine -o local_docker -a s3"]))
    .action((name: string, parts: Parts) =>
      home.act(async (house, { out }) => {
        const { stepOperator: stepOperators, imageBuilder, ...rest } = parts;
        await registerStack(house, name, {
          ...{ ...rest, stepOperators },
          imageBuilder: imageBuilder || undefined,
        });
        await out.line(
          `registered the stack "${name}": \`stepdock stack set ${name}\` makes it the active one`,
        );
      }),
    );
};
