import * as fc from "fast-check";
import { expect, test } from "vitest";
import { demultiplex, FrameError } from "../../../src/docker/demultiplexer.ts";
import type { OutputSink, StreamName } from "../../../src/docker/port.ts";

interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

const encode = ({ type, payload }: Frame): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of [...cuts, bytes.length].map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
  yield bytes.subarray(from);
}

const splitInto = (bytes: Buffer, size: number): AsyncGenerator<Buffer> =>
  chunksOf(
    bytes,
    Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => (index + 1) * size),
  );

/** What arrived, with neighbouring pieces of one stream joined: where a frame was cut is no one's business. */
class Recorder implements OutputSink {
  readonly pieces: { stream: StreamName; bytes: Buffer }[] = [];

  write(stream: StreamName, chunk: Buffer): void {
    this.pieces.push({ stream, bytes: chunk });
  }

  get runs(): [StreamName, string][] {
    const runs: [StreamName, string][] = [];
    for (const { stream, bytes } of this.pieces) {
      const last = runs.at(-1);
      if (last?.[0] === stream) last[1] += bytes.toString("latin1");
      else runs.push([stream, bytes.toString("latin1")]);
    }
    return runs;
  }
}

const framesWithoutErrors = fc.array(
  fc.record({ type: fc.integer({ min: 0, max: 2 }), payload: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 30 },
);

const expectedRuns = (frames: readonly Frame[]): [StreamName, string][] => {
  const recorder = new Recorder();
  for (const { type, payload } of frames) {
    if (payload.length > 0) recorder.write(type === 2 ? "stderr" : "stdout", Buffer.from(payload));
  }
  return recorder.runs;
};

test("any split of the bytes gives the same output of each stream, in the same order", async () => {
  const property = fc.asyncProperty(framesWithoutErrors, fc.array(fc.nat(2000)), async (frames, cuts) => {
    const recorder = new Recorder();
    await demultiplex(chunksOf(Buffer.concat(frames.map(encode)), cuts), recorder);
    expect(recorder.runs).toEqual(expectedRuns(frames));
  });
  await fc.assert(property, { numRuns: 500 });
});

test("a stream that ends anywhere but between two frames is refused, after what did arrive was handed on", async () => {
  const property = fc.asyncProperty(framesWithoutErrors, fc.nat(), async (frames, at) => {
    const encoded = frames.map(encode);
    const whole = Buffer.concat(encoded);
    const end = at % (whole.length + 1);
    const boundaries = new Set([0]);
    for (let index = 0, sum = 0; index < encoded.length; index++) {
      sum += encoded[index]?.length ?? 0;
      boundaries.add(sum);
    }
    const reading = demultiplex(chunksOf(whole.subarray(0, end), []), new Recorder());
    if (boundaries.has(end)) await expect(reading).resolves.toBeUndefined();
    else await expect(reading).rejects.toThrow(FrameError);
  });
  await fc.assert(property, { numRuns: 500 });
});

test("a chunk of 200,000 small frames does not overflow the stack", async () => {
  const frame = encode({ type: 1, payload: Buffer.from("x\n") });
  let bytes = 0;
  const sink: OutputSink = {
    write(_stream, chunk) {
      bytes += chunk.length;
    },
  };
  await demultiplex(chunksOf(Buffer.concat(Array<Buffer>(200_000).fill(frame)), []), sink);
  expect(bytes).toBe(400_000);
});

test("a frame over many chunks is handed on in pieces that are parts of those chunks", async () => {
  const recorder = new Recorder();
  const payload = Buffer.alloc(1_000_000, "a");
  await demultiplex(splitInto(encode({ type: 1, payload }), 1000), recorder);
  expect(Math.max(...recorder.pieces.map(({ bytes }) => bytes.length))).toBe(1000);
  expect(Buffer.concat(recorder.pieces.map(({ bytes }) => bytes)).equals(payload)).toBe(true);
});

test("the source is asked for no more while the sink's promise is pending", async () => {
  let pulled = 0;
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  async function* source(): AsyncGenerator<Buffer> {
    for (let index = 0; index < 3; index++) {
      pulled++;
      yield encode({ type: 1, payload: Buffer.from("line\n") });
    }
  }
  const sink: OutputSink = {
    write: () => {
      entered.resolve();
      return gate.promise;
    },
  };
  const reading = demultiplex(source(), sink);
  await entered.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(pulled).toBe(1);
  gate.resolve();
  await reading;
  expect(pulled).toBe(3);
});

test("what the sink throws or rejects with is passed on as it is", async () => {
  const full = new Error("disk full");
  const frame = encode({ type: 1, payload: Buffer.from("x") });
  const throws: OutputSink = {
    write: () => {
      throw full;
    },
  };
  await expect(demultiplex(chunksOf(frame, []), throws)).rejects.toBe(full);
  await expect(demultiplex(chunksOf(frame, []), { write: () => Promise.reject(full) })).rejects.toBe(full);
});

test("an unknown type of frame is refused, with a hint at a terminal", async () => {
  const text = Buffer.from("hello from a terminal");
  await expect(demultiplex(chunksOf(text, [3]), new Recorder())).rejects.toThrow(/unknown type 104.*TTY/);
});

test("a frame in which the engine reports a fault is an error that carries its words", async () => {
  const frames = [
    encode({ type: 1, payload: Buffer.from("before\n") }),
    encode({ type: 3, payload: Buffer.from("log driver is broken") }),
  ];
  const recorder = new Recorder();
  const reading = demultiplex(splitInto(Buffer.concat(frames), 5), recorder);
  await expect(reading).rejects.toThrow("the engine reports a fault of its own: log driver is broken");
  expect(recorder.runs).toEqual([["stdout", "before\n"]]);
});

test("of a long report of a fault only its beginning is kept", async () => {
  const frame = encode({ type: 3, payload: Buffer.alloc(1_000_000, "e") });
  const failure: unknown = await demultiplex(splitInto(frame, 1000), new Recorder()).catch((error) => error);
  expect(failure).toBeInstanceOf(FrameError);
  expect(String(failure).length).toBeLessThan(4200);
});

test("an empty report of a fault is a fault all the same", async () => {
  const frame = encode({ type: 3, payload: Buffer.alloc(0) });
  await expect(demultiplex(chunksOf(frame, []), new Recorder())).rejects.toThrow("it gives no reason");
});
