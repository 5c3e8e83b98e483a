import { connectEngine } from "../../docker/connect.ts";
import { EXIT } from "../../errors/codes.ts";
import { clean, type RemovedThing } from "../../host/clean.ts";
import { formatBytes } from "../../util/bytes.ts";
import { noWorkspace } from "../../workspace/existing.ts";
import type { CommandContext } from "../command-parts.ts";
import { openExisting } from "../existing-workspace.ts";
import { harmless, painter } from "../render/text.ts";

export interface CleanCommandOptions {
  readonly keep?: number;
  readonly olderThan?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `stepdock clean` */
export const cleanCommand = async (
  context: CommandContext,
  options: CleanCommandOptions,
): Promise<number> => {
  const { out, err } = context;
  const { dryRun = false, json = false } = options;
  await using workspace = await openExisting(context.workspace);
  if (!workspace) {
    await err.line(noWorkspace(context.workspace));
    return EXIT.done;
  }
  await using stack = new AsyncDisposableStack();
  const removed = await clean(workspace, async () => stack.use(await connectEngine()), {
    ...options,
    onRemoved: (thing) =>
      out.line(json ? JSON.stringify({ ...thing, removed: !dryRun }) : line(thing, dryRun)),
    onNote: (text) => err.line(`${painter(err)("dim", "note:")} ${harmless(text)}`),
  });
  if (removed === 0 && !json) await out.line("nothing to clean");
  return EXIT.done;
};

const line = ({ kind, id, name, sizeBytes }: RemovedThing, dryRun: boolean): string => {
  const size = sizeBytes === undefined ? "" : `, ${formatBytes(sizeBytes)}`;
  const also = id === name || kind === "bundle" ? "" : ` (${id})`;
  return `${dryRun ? "would remove" : "removed"} ${kind} ${harmless(name)}${also}${size}`;
};
