import { EXIT } from "../../errors/codes.ts";
import { compileFile } from "../../host/compile-file.ts";
import { type Plan, type PlannedStep, planCompiled, planPlace } from "../../host/plan.ts";
import type { CommandContext } from "../command-parts.ts";
import { columns } from "../render/columns.ts";
import { count, harmless, type Paint, painter, type Style } from "../render/text.ts";
import { compileOptions, leaveStdoutAlone, openPipelineHouse, type PipelineFileOptions } from "./run.ts";

export interface PlanOptions extends PipelineFileOptions {
  readonly verbose?: boolean;
}

/** `stepdock plan FILE [EXPORT]` */
export const planCommand = async (context: CommandContext, options: PlanOptions): Promise<number> => {
  if (options.json) leaveStdoutAlone();
  await using house = await openPipelineHouse(context, options);
  const compiled = await compileFile(house, compileOptions(options));
  const stack = await house.stack(options.stack ?? compiled.snapshot.stack);
  const place = await planPlace(stack, {
    ...compiled,
    onOutput: (line) => void context.err.line(harmless(line)),
  });
  const plan = await planCompiled(house, compiled, place, { enableCache: options.cache });
  const lines = options.json
    ? [JSON.stringify(plan)]
    : report(plan, stack.name, { paint: painter(context.out), verbose: options.verbose ?? false });
  for (const line of lines) await context.out.line(line);
  return EXIT.done;
};

const report = (
  plan: Plan,
  stack: string,
  { paint, verbose }: { readonly paint: Paint; readonly verbose: boolean },
): string[] => [
  `plan of pipeline ${paint("bold", plan.pipeline)} on stack ${stack}: ${count(plan.steps.length, "step")} in ` +
    `${count(plan.layers.length, "layer")}, ${count(plan.images.length, "image")}`,
  ...columns(plan.steps.map((step) => row(step, paint))),
  ...[...Map.groupBy(plan.steps, ({ image }) => image)].flatMap(imageLines),
  ...(verbose ? plan.steps.flatMap((step) => settingsLines(step, paint)) : []),
];

const STYLES: Readonly<Record<PlannedStep["decision"], Style>> = {
  cached: "blue",
  run: "green",
  unknown: "yellow",
};

const row = ({ layer, invocation, decision, reason }: PlannedStep, paint: Paint): string[] => [
  paint("dim", `layer ${layer + 1}`),
  invocation,
  paint(STYLES[decision], decision),
  paint("dim", harmless(reason)),
];

const imageLines = ([image, users]: [string | null, readonly PlannedStep[]]): string[] =>
  image === null ? [] : [`image ${image} for ${users.map(({ invocation }) => invocation).join(", ")}`];

/** One line a setting, with the path that it has in a step's options. */
const settingsLines = ({ invocation, settings }: PlannedStep, paint: Paint): string[] => {
  const rows = settingRows("settings", settings);
  if (rows.length === 0) return [`settings of ${invocation}: none`];
  return [`settings of ${invocation}`, ...columns(rows).map((row) => `  ${paint("dim", row)}`)];
};

const settingRows = (path: string, value: unknown): string[][] =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, each]) => settingRows(`${path}.${key}`, each))
    : [[harmless(path), harmless(JSON.stringify(value))]];
