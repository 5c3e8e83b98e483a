import { join } from "node:path";
import { isKnown } from "../artifact/materializers/registry.ts";
import { previewFile } from "../artifact/previews/preview-file.ts";
import { copyArtifact, type ListedEntry, listArtifact } from "../host/artifact-files.ts";
import { loadArtifact } from "../host/result.ts";
import type { ArtifactVersion, Json } from "../model/index.ts";
import { formatBytes } from "../util/bytes.ts";
import { type FileArtifact, isFile } from "../util/stored-files.ts";
import { bytesOf } from "../util/tagged/bytes.ts";
import { encodeTagged } from "../util/tagged.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { CommandContext } from "./command-parts.ts";
import { openFile } from "./open-file.ts";
import { columns } from "./render/columns.ts";
import { harmless } from "./render/text.ts";

export interface ShowArtifactOptions {
  readonly json?: boolean;
  /** Where to copy it instead of printing it. */
  readonly copyTo?: string;
  /** Whether the desktop is to show it. */
  readonly open?: boolean;
}

/** Prints an artifact: a value as it is, the bytes of a file, the entries of a folder; or copies it out. */
export const showArtifact = async (
  context: CommandContext,
  workspace: Workspace,
  artifact: ArtifactVersion,
  { json, copyTo, open }: ShowArtifactOptions,
): Promise<void> => {
  if (copyTo !== undefined) {
    return await context.err.line(`Copied to ${await copyArtifact(workspace, artifact, copyTo)}`);
  }
  if (open) return await openArtifact(context, workspace, artifact);
  const value = await readValue(workspace, artifact);
  if (json) await context.out.line(JSON.stringify({ ...artifact, value: jsonOf(value) }));
  else if (isFile(value)) await printFile(value, artifact, context);
  else await context.out.write(shown(value, artifact, context));
};

const openArtifact = async (
  { err }: CommandContext,
  workspace: Workspace,
  artifact: ArtifactVersion,
): Promise<void> => {
  const artifactStore = await workspace.artifactStoreOf(artifact.uri);
  await artifactStore.fetch(artifact);
  const directory = artifactStore.path(artifact.uri);
  const [only, ...others] = await listArtifact(directory);
  const path = only?.kind === "file" && others.length === 0 ? join(directory, only.path) : directory;
  await openFile(path);
  await err.line(`Opened ${harmless(path)}`);
};

/** One whose materializer is the user's own is shown as the folder that it is on disk. */
const readValue = async (workspace: Workspace, artifact: ArtifactVersion): Promise<unknown> => {
  if (isKnown(artifact.materializer) && artifact.materializer !== "directory") {
    return await loadArtifact({ workspace }, artifact);
  }
  const artifactStore = await workspace.artifactStoreOf(artifact.uri);
  await artifactStore.fetch(artifact);
  return new Listing(await listArtifact(artifactStore.path(artifact.uri)));
};

class Listing {
  readonly entries: readonly ListedEntry[];

  constructor(entries: readonly ListedEntry[]) {
    this.entries = entries;
  }
}

const isBinary = (value: unknown): value is ArrayBuffer | ArrayBufferView =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

const jsonOf = (value: unknown): Json => {
  if (value instanceof Listing) return value.entries.map((entry) => ({ ...entry }));
  if (isFile(value)) return { name: value.name, path: value.path, sizeBytes: value.sizeBytes };
  return isBinary(value) ? bytesOf(value).toString("base64") : encodeTagged(value);
};

/** Piece by piece: it may be larger than the memory. */
const printFile = async (
  file: FileArtifact,
  { metadata: { mediaType } }: ArtifactVersion,
  { out }: CommandContext,
): Promise<void> => {
  if (out.isTerminal) return await out.write(await aboutFile(file, mediaType));
  for await (const chunk of file.stream()) {
    await out.write(chunk as Buffer);
    if (!out.open) return;
  }
};

const aboutFile = async (file: FileArtifact, mediaType: Json | undefined): Promise<string> => {
  const { path, name, sizeBytes } = file;
  const preview = await previewFile(path, {
    mediaType: typeof mediaType === "string" ? mediaType : undefined,
  });
  return (
    `${harmless(name)}, a file of ${formatBytes(sizeBytes)}, at ${harmless(path)}\n` +
    `${preview === undefined ? "" : `\n${harmless(preview)}\n\n`}` +
    "All of it: pipe it on (`| less`, `> file`), copy it with --output PATH, or show it with --open.\n"
  );
};

/** Text and bytes are exactly what was stored, unless a terminal would show them. */
const shown = (
  value: unknown,
  { sizeBytes, type, metadata: { preview } }: ArtifactVersion,
  { out }: CommandContext,
): string | Uint8Array => {
  const told = out.isTerminal && typeof preview === "string" ? `${harmless(preview)}\n\n` : "";
  if (value instanceof Listing) return told + listed(value.entries, out.isTerminal);
  if (isBinary(value)) {
    return out.isTerminal
      ? `${type} of ${formatBytes(sizeBytes)}. It is no text: write it to a file with \`> file\`.\n`
      : bytesOf(value);
  }
  const text = typeof value === "string" ? value : `${JSON.stringify(encodeTagged(value), null, 2)}\n`;
  if (!out.isTerminal) return text;
  return `${harmless(text).replace(/\n$/, "")}\n`;
};

/** Names alone for a pipe; with sizes for people. Names are those of a step's: a line break in one makes no line. */
const listed = (entries: readonly ListedEntry[], isTerminal: boolean): string => {
  const names = entries.map(
    ({ path, kind, target }) =>
      `${harmless(path)}${kind === "directory" ? "/" : ""}${isTerminal && target ? ` -> ${harmless(target)}` : ""}`,
  );
  if (!isTerminal) return names.map((name) => `${name}\n`).join("");
  const rows = entries.map(({ kind, executable, sizeBytes }, index) => [
    { file: executable ? "x" : "", directory: "d", link: "l" }[kind],
    kind === "file" ? formatBytes(sizeBytes) : "",
    names[index] ?? "",
  ]);
  return rows.length === 0
    ? "An empty folder.\n"
    : columns(rows)
        .map((line) => `${line}\n`)
        .join("");
};
