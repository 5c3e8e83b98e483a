import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EngineMessage, engineMessages, failureOf } from "../../../src/docker/json-messages.ts";

async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of [...sizes, bytes.length]) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

const read = async (text: string, sizes: readonly number[] = []) => {
  const messages: EngineMessage[] = [];
  for await (const message of engineMessages(cut(Buffer.from(text), sizes))) messages.push(message);
  return messages;
};

describe("engineMessages", () => {
  it("reads the same messages however the bytes are cut", async () => {
    const message = fc.record({ stream: fc.string({ unit: "grapheme" }) });
    const property = fc.asyncProperty(
      fc.array(message),
      fc.array(fc.nat(7)),
      fc.constantFrom("\n", "\r\n"),
      async (messages, sizes, newline) => {
        const text = messages.map((each) => JSON.stringify(each) + newline).join("");
        expect(await read(text, sizes)).toEqual(messages);
      },
    );
    await fc.assert(property);
  });

  it("reads a stream byte by byte", async () => {
    const text = '{"stream":"é\\n"}\r\n{"status":"Größe 🐳","id":"a"}';
    const bytes = Array<number>(Buffer.byteLength(text)).fill(1);
    expect(await read(text, bytes)).toEqual([{ stream: "é\n" }, { status: "Größe 🐳", id: "a" }]);
  });

  it("rejects what is not JSON rather than skip it", async () => {
    await expect(read('{"stream":"a"}\n{"stre')).rejects.toThrow(SyntaxError);
  });

  it("knows both of the engine's spellings of a failure", async () => {
    const text = '{"error":"a"}\n{"errorDetail":{"message":"b","code":3},"error":"b"}\n{"stream":"c"}\n';
    const failures = (await read(text)).map(failureOf);
    expect(failures).toEqual([{ message: "a", code: undefined }, { message: "b", code: 3 }, undefined]);
  });
});
