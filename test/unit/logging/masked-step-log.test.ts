import { readFile, truncate } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import { adoptStepLog, openStepLog, type StepLog } from "../../../src/logging/step-log.ts";
import { createMasker } from "../../../src/util/masking/masker.ts";
import { arbitrarySizes, chunks, collect, FRAME, logDirectory, NONCE, SHA256 } from "./support.ts";

const SECRET = "0a9-sEcret\nof two lines/+";
const masker = createMasker([SECRET]);

const pieces = fc.constantFrom(
  ...[
    SECRET,
    Buffer.from(`x${SECRET}`).toString("base64"),
    encodeURIComponent(SECRET),
    JSON.stringify(SECRET),
  ],
  ...["plain\n", "é𝄞", "0a9-s", "\n", NONCE.slice(0, 9), SECRET.slice(3)],
);
const printed = fc.array(pieces, { maxLength: 12 }).map((parts) => Buffer.from(parts.join("")));

const writeAll = async (log: StepLog, stdout: Buffer, stderr: Buffer, sizes: readonly number[]) => {
  for (const chunk of chunks(stdout, sizes)) await log.write("stdout", chunk);
  for (const chunk of chunks(stderr, sizes)) await log.write("stderr", chunk);
  await log.end();
};

const bytesOnFile = async (path: string) => await logBytes(await collect(readLog(path)));

test("a masked log has no secret on file, finds the frame, and is the same however a crash cut it off", async () => {
  await fc.assert(
    fc.asyncProperty(
      ...([
        printed,
        printed,
        arbitrarySizes,
        arbitrarySizes,
        fc.double({ min: 0, max: 1, noNaN: true }),
      ] as const),
      async (out, err, sizes, laterSizes, share) => {
        await using directory = await logDirectory();
        const { path } = directory;
        const stdout = Buffer.concat([out, FRAME]);
        const log = await openStepLog({ path, nonce: NONCE, masker });
        await writeAll(log, stdout, err, sizes);
        expect(await log.frame).toBe(SHA256);
        const whole = await bytesOnFile(path);
        expect(`${whole.stdout} ${whole.stderr}`).not.toContain(SECRET);
        await truncate(path, Math.round((await readFile(path)).length * share));
        await writeAll(await adoptStepLog({ path, nonce: NONCE, masker }), stdout, err, laterSizes);
        expect(await bytesOnFile(path)).toEqual(whole);
      },
    ),
    { numRuns: 60 },
  );
});

test("what follows is withheld where the secrets of now are not those that the log was begun with", async () => {
  await using directory = await logDirectory();
  const { path } = directory;
  const log = await openStepLog({ path, masker: createMasker(["before"]) });
  await log.write("stdout", Buffer.from("with before\n"));
  await log.end();
  const adopted = await adoptStepLog({ path, masker: createMasker(["afterwards"]) });
  await writeAll(adopted, Buffer.from("with before\nand again before\n"), Buffer.from("an error\n"), [5]);
  const { stdout, stderr } = await bytesOnFile(path);
  expect(stdout.toString()).toMatch(/^with \*\*\*\n\nstepdock: the rest of this output is withheld: .*\n$/);
  expect(stderr.toString()).toBe("an error\n");
});
