import * as z from "zod/mini";

const Message = z.object({
  /** Output of a build, in pieces that may end anywhere in a line. */
  stream: z.optional(z.string()),
  /** What a pull or an import does now, `id` says with which layer. */
  status: z.optional(z.string()),
  id: z.optional(z.string()),
  error: z.optional(z.string()),
  errorDetail: z.optional(z.object({ message: z.optional(z.string()), code: z.optional(z.number()) })),
  aux: z.optional(z.unknown()),
});

/** One message of the stream that answers a build, a pull or an import. */
export type EngineMessage = z.output<typeof Message>;

/** The failure that a message reports. The engine's HTTP status was 200 already, so nothing else tells. */
export interface ReportedFailure {
  readonly message: string;
  readonly code: number | undefined;
}

export const failureOf = ({ error, errorDetail }: EngineMessage): ReportedFailure | undefined =>
  error === undefined && errorDetail === undefined
    ? undefined
    : { message: errorDetail?.message ?? error ?? "no reason given", code: errorDetail?.code };

/** The messages of such a stream. A line that is no message is a rejection. */
export async function* engineMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<EngineMessage> {
  for await (const line of jsonLines(chunks)) yield Message.parse(line);
}

/** Parses newline-separated JSON, however it is cut into chunks. A line that is no JSON is a rejection. */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.filter(isFilled)) yield JSON.parse(line);
  }
  rest += decoder.decode();
  if (isFilled(rest)) yield JSON.parse(rest);
}

const isFilled = (line: string): boolean => line.trim() !== "";
