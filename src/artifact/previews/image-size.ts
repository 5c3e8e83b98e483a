export interface ImageSize {
  readonly format: "BMP" | "GIF" | "JPEG" | "PNG" | "WebP";
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** Format and size from the first bytes of an image; undefined where they are of none, or do not tell. */
export const imageSize = (head: Buffer): ImageSize | undefined => {
  try {
    return png(head) ?? gif(head) ?? bmp(head) ?? webp(head) ?? jpeg(head);
  } catch (error) {
    // Cut off before the size.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

type Reader = (head: Buffer) => ImageSize | undefined;

const begins = (head: Buffer, text: string, at = 0): boolean =>
  head.toString("latin1", at, at + text.length) === text;

const png: Reader = (head) =>
  begins(head, "\x89PNG\r\n\x1a\n")
    ? { format: "PNG", width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
    : undefined;

const gif: Reader = (head) =>
  begins(head, "GIF8")
    ? { format: "GIF", width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
    : undefined;

const bmp: Reader = (head) =>
  begins(head, "BM")
    ? { format: "BMP", width: head.readInt32LE(18), height: Math.abs(head.readInt32LE(22)) }
    : undefined;

/** The three kinds of its first chunk: lossy, lossless, extended. */
const webp: Reader = (head) => {
  if (!begins(head, "RIFF") || !begins(head, "WEBP", 8)) return undefined;
  const format = "WebP" as const;
  if (begins(head, "VP8X", 12))
    return { format, width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
  if (begins(head, "VP8L", 12)) {
    const bits = head.readUInt32LE(21);
    return { format, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { format, width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
};

/** Segments up to the first that begins a frame (SOF): C0 to CF, but for tables (C4, C8, CC). */
const jpeg: Reader = (head) => {
  if (!begins(head, "\xff\xd8\xff")) return undefined;
  for (let at = 2; ; at += 2 + head.readUInt16BE(at + 2)) {
    const marker = head.readUInt16BE(at);
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame)
      return { format: "JPEG", width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) };
    if (marker >>> 8 !== 0xff) return undefined;
  }
};
