import { once } from "node:events";
import { type Pipeline, pipeline, step } from "stepdock";
import * as z from "zod";

/** 100 bytes with its newline. */
const LINE = `${"0123456789".repeat(9)} line of\n`;
const LINES_AT_ONCE = 640;

export const print = step({
  name: "print",
  inputs: { bytes: z.int() },
  run: async ({ bytes }) => {
    const chunk = LINE.repeat(LINES_AT_ONCE);
    for (let printed = 0; printed < bytes; printed += chunk.length) {
      if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
    }
  },
});

/** One step that prints so many bytes in lines of 99 characters. */
export const printing = (bytes: number): Pipeline =>
  pipeline({
    name: "bench_printing",
    define: () => {
      print({ bytes });
    },
  }) as unknown as Pipeline;
