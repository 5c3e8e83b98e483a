import { extname } from "node:path";
import { parseCsv } from "../materializers/csv-text.ts";
import { openPlainFile } from "../plain-files.ts";
import { imageSize } from "./image-size.ts";

/** No more of a file is read for its preview, however large it is. Bytes. */
const HEAD = 256 * 1024;
const LINES = 20;
const ROWS = 10;
const WIDEST_CELL = 40;

/** What a file is, and how it begins, in a few lines for people; undefined for bytes that are no text and no image. */
export const previewFile = async (
  path: string,
  { mediaType }: { readonly mediaType?: string | undefined } = {},
): Promise<string | undefined> => {
  const head = await readHead(path);
  const image = imageSize(head);
  if (image) return `${image.format} image, ${image.width} × ${image.height} pixels`;
  const text = textOf(head);
  if (text === undefined) return undefined;
  return PREVIEWS[kindOf(path, mediaType)]?.(text, head.length < HEAD) ?? firstLines(text);
};

const readHead = async (path: string): Promise<Buffer> => {
  await using file = await openPlainFile(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
};

/** A character that is cut off at the end is dropped; anything else that is not UTF-8 is no text. */
const textOf = (head: Buffer): string | undefined => {
  if (head.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    // Not UTF-8.
    return undefined;
  }
};

const kindOf = (path: string, mediaType = ""): string =>
  /^(?:text|application)\/(?:.*\+)?(csv|json|html)\b/.exec(mediaType)?.[1] ??
  extname(path).slice(1).toLowerCase();

type Preview = (text: string, isWhole: boolean) => string | undefined;

const previewJson: Preview = (text, isWhole) => {
  if (!isWhole) return undefined;
  try {
    return firstLines(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    // No JSON after all: shown as the text that it is.
    return undefined;
  }
};

const previewCsv: Preview = (text) => {
  const rows = parseCsv(text, ROWS + 1).map((cells) => cells.map((cell) => cell.text.slice(0, WIDEST_CELL)));
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [`${rows[0]?.length ?? 0} columns`, ...lines].join("\n");
};

/** What a browser would show, roughly: `--open` shows it truly. */
const previewHtml: Preview = (text) =>
  firstLines(
    text
      .replace(/<(script|style)\b.*?<\/\1>|<!--.*?-->/gis, "")
      .replace(/<[^>]*>/g, "\n")
      .replace(/\s*\n\s*/g, "\n")
      .trim(),
  );

const PREVIEWS: Readonly<Record<string, Preview>> = {
  ...{ json: previewJson, csv: previewCsv },
  ...{ html: previewHtml, htm: previewHtml },
};

const firstLines = (text: string): string => {
  const lines = text.split("\n");
  const shown = lines.slice(0, LINES).map((line) => line.slice(0, 200));
  return [...shown, ...(lines.length > LINES ? ["…"] : [])].join("\n").trimEnd();
};
