import { expect, test } from "vitest";
import type { StreamName } from "../../../src/docker/port.ts";
import { ParkedOutput } from "../../../src/orchestrator/containerized/parked-output.ts";

/** Takes what it is given, one piece at a time. */
class Transcript {
  readonly pieces: string[] = [];

  async write(stream: StreamName, chunk: Buffer): Promise<void> {
    await Promise.resolve();
    this.pieces.push(`${stream} ${chunk}`);
  }
}

test("what was held comes first, in order, also what arrives while it is handed over; the rest follows", async () => {
  const output = new ParkedOutput();
  output.write("stdout", Buffer.from("1"));
  output.write("stderr", Buffer.from("2"));
  const transcript = new Transcript();
  const opened = output.open(transcript);
  output.write("stdout", Buffer.from("3"));
  await opened;
  await output.write("stdout", Buffer.from("4"));
  expect(transcript.pieces).toEqual(["stdout 1", "stderr 2", "stdout 3", "stdout 4"]);
});

test("a module that prints more than is held waits until it is known whose it is", async () => {
  const output = new ParkedOutput();
  expect(output.write("stdout", Buffer.alloc(1024))).toBeUndefined();
  const waits = output.write("stdout", Buffer.alloc(1024 * 1024));
  let goesOn = false;
  const going = Promise.resolve(waits).then(() => {
    goesOn = true;
  });
  await Promise.resolve();
  expect(goesOn).toBe(false);
  const transcript = new Transcript();
  await output.open(transcript);
  await going;
  expect(transcript.pieces).toHaveLength(2);
});
