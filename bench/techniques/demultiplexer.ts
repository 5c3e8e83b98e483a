import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { demultiplex } from "../../src/docker/demultiplexer.ts";
import { timed } from "../measure/interleave.ts";
import type { Row } from "../measure/row.ts";
import type { Bench } from "../workloads/workload.ts";
import { onByOff, type Technique } from "./technique.ts";

const LINE_BYTES = 100;
const CHUNK_BYTES = 64_000;
const STDOUT = 1;
const MEGABYTE = 1e6;

/** As a step's lines come that are written one by one: each in a frame of its own, many in a chunk. */
const chunkOfFrames = (): Buffer => {
  const frame = Buffer.alloc(8 + LINE_BYTES, "x");
  frame.writeUInt32BE(STDOUT * 2 ** 24, 0);
  frame.writeUInt32BE(LINE_BYTES, 4);
  return Buffer.concat(Array.from({ length: CHUNK_BYTES / LINE_BYTES }, () => frame));
};

const nowhere = () => new Writable({ write: (_bytes, _encoding, done) => done() });

/** In this process, of bytes that are there: reading them is the rest of the log path's. */
const rows = async ({ workshop, runs, smoke }: Bench): Promise<Row[]> => {
  const chunk = chunkOfFrames();
  const bytes = smoke ? MEGABYTE : 4 * MEGABYTE;
  const source = () => Readable.from(Array.from({ length: bytes / CHUNK_BYTES }, () => chunk));
  const on = () => timed(() => demultiplex(source(), { write: () => {} }));
  const off = () =>
    timed(async () => {
      const frames = source();
      workshop.docker.modem.demuxStream(frames, nowhere(), nowhere());
      await finished(frames);
    });
  await on();
  await off();
  const work = `the demultiplexer, instead of dockerode's: ${bytes / MEGABYTE} MB of lines of ${LINE_BYTES} bytes`;
  return [await onByOff({ work, runs, on, off })];
};

export const demultiplexer: Technique = { name: "demultiplexer", rows };
