import { EXIT } from "../../errors/codes.ts";
import { versionsOf } from "../../host/find-artifact.ts";
import type { VersionedArtifact } from "../../metadata/port.ts";
import { formatBytes } from "../../util/bytes.ts";
import { noWorkspace } from "../../workspace/existing.ts";
import type { CommandContext } from "../command-parts.ts";
import { openExisting } from "../existing-workspace.ts";
import { columns } from "../render/columns.ts";
import { harmless, type Paint, painter } from "../render/text.ts";

export interface ArtifactsOptions {
  /** Of one artifact, whose versions are told. */
  readonly name?: string | undefined;
  readonly json?: boolean;
}

/** `stepdock artifacts [NAME]` */
export const artifactsCommand = async (
  context: CommandContext,
  { name, json }: ArtifactsOptions,
): Promise<number> => {
  await using workspace = await openExisting(context.workspace);
  const metadata = workspace?.metadata;
  const listed = await (name === undefined
    ? metadata?.listArtifactNames()
    : metadata && versionsOf(metadata, name));
  if (!listed) await context.err.line(noWorkspace(context.workspace));
  else if (listed.length === 0) await context.err.line(`There is no artifact in ${context.workspace} yet.`);
  else {
    const lines = json ? listed.map((each) => JSON.stringify(each)) : table(listed, painter(context.out));
    for (const line of lines) await context.out.line(line);
  }
  return EXIT.done;
};

const HEAD = ["NAME", "VERSION", "MADE", "SIZE", "TYPE", "STORED AS", "CONTENT"];
const SHORT_HASH = 12;

const table = (artifacts: readonly VersionedArtifact[], paint: Paint): string[] =>
  columns([HEAD.map((title) => paint("bold", title)), ...artifacts.map(row)]);

const row = (artifact: VersionedArtifact): string[] => [
  harmless(artifact.name),
  String(artifact.version),
  new Date(artifact.createdAt).toLocaleString("sv-SE"),
  formatBytes(artifact.sizeBytes),
  harmless(artifact.type),
  artifact.materializer,
  artifact.contentHash.slice(0, SHORT_HASH),
];
