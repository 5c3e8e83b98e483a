import type {
  CommandArgument,
  ContainerDefinition,
  UntypedCommandContext,
} from "../../pipeline/container.ts";
import { fail } from "../../step-runner/failures.ts";
import { inputPathVariable, inputVariable, outputPathVariable } from "../../util/variable-name.ts";

/** In characters: longer texts are for the file alone. The kernel takes 128 KiB for one variable. */
const LONGEST_VARIABLE = 4096;

/** The command, and its `args` after it, with what their functions give. What a function throws, it throws. */
export const commandLine = (
  { command, args = [] }: ContainerDefinition,
  context: UntypedCommandContext,
): string[] => [...texts("command", command, context), ...texts("args", args, context)];

const texts = (
  option: "command" | "args",
  elements: ContainerDefinition["command"],
  context: UntypedCommandContext,
): string[] =>
  elements.flatMap((element, index) => {
    const given: unknown = typeof element === "function" ? element(context) : element;
    if (given === undefined) return [];
    return (Array.isArray(given) ? given : [given]).map((each) =>
      argument(each, `${index} of the step's ${option}`),
    );
  });

const argument = (value: unknown, place: string): string => {
  if (isScalar(value)) return String(value);
  const given = value === null ? "null" : typeof value;
  return fail({
    kind: "threw",
    name: "CommandError",
    message:
      `Element ${place} gave ${given} where an argument is expected: a text, a number, a ` +
      "boolean, a list of those, or undefined for none. What an input is stands in `inputs.<name>.value`.",
  });
};

const isScalar = (value: unknown): value is CommandArgument =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** Where inputs and outputs are, and the inputs that are short and scalar, for a command that reads variables. */
export const commandVariables = ({ inputs, outputs }: UntypedCommandContext): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(inputs).flatMap(([name, { value, path }]) => [
      ...(isShort(value) ? [[inputVariable(name), String(value)]] : []),
      ...(path === undefined ? [] : [[inputPathVariable(name), path]]),
    ]),
  ),
  ...Object.fromEntries(Object.entries(outputs).map(([name, { path }]) => [outputPathVariable(name), path])),
});

const isShort = (value: unknown): value is CommandArgument =>
  isScalar(value) && !String(value).includes("\0") && String(value).length <= LONGEST_VARIABLE;
