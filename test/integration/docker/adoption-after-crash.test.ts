import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { logBytes, readLog } from "../../../src/logging/log-file.ts";
import { adoptStepLog } from "../../../src/logging/step-log.ts";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { containers, docker } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

const NONCE = "0123456789abcdef0123456789abcdef";
const SHA256 = "cd".repeat(32);
const LINES = 2000;
/** The container stops here until it is let go: until then its orchestrator has died for certain. */
const BEFORE_GATE = 1200;

/** Numbered lines on both streams, a long one among them; then what stdin still has, the frame, and an end of its own. */
const SCRIPT = `read -r assignment; echo "got $assignment"
line() { echo "out $i"; echo "err $i" >&2; i=$((i+1)); }
i=0; while [ $i -lt ${BEFORE_GATE} ]; do line; done
until [ -e /gate/open ]; do sleep 0.02; done
while [ $i -lt ${LINES} ]; do line; done
head -c 100000 /dev/zero | tr '\\0' x; echo
cat; echo "stdin ended"; echo "${NONCE} ${SHA256}"; exit 7`;

const numbered = (word: string): string =>
  Array.from({ length: LINES }, (_, index) => `${word} ${index}\n`).join("");

const STDOUT = `got the assignment\n${numbered("out")}${"x".repeat(100_000)}\nstdin ended\n`;
const STDERR = numbered("err");

/** Resolves once it is dead, with the container's id. */
const orchestrateUntilDeath = async (gate: string, log: string, records: number): Promise<string> => {
  const script = fileURLToPath(import.meta.resolve("./dying-orchestrator.ts"));
  const child = spawn(process.execPath, [script, SCRIPT, gate, log, NONCE, String(records)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(signal).toBe("SIGKILL");
  return output.trim();
};

test.each([1, randomInt(2, BEFORE_GATE), randomInt(BEFORE_GATE, 2 * BEFORE_GATE)])(
  "a container whose orchestrator dies at record %i is adopted, and its log has each line once",
  async (records) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-adoption-"));
    const path = join(folder.path, "log.ndjson");
    const id = await orchestrateUntilDeath(folder.path, path, records);
    try {
      const log = await adoptStepLog({ path, nonce: NONCE });
      await using container = await containers.adopt(id, log);
      expect(container?.state).toBe("running");
      await writeFile(join(folder.path, "open"), "");
      expect(await container?.ended).toMatchObject({ exitCode: 7, oomKilled: false });
      await log.end();
      expect(await log.frame).toBe(SHA256);
      const { stdout, stderr } = await logBytes(readLog(path));
      expect(stdout.toString() === STDOUT).toBe(true);
      expect(stderr.toString() === STDERR).toBe(true);
    } finally {
      await containers.remove(id);
    }
  },
);

test("a container that ended before anybody adopted it tells all the same", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-adoption-"));
  const path = join(folder.path, "log.ndjson");
  const id = await orchestrateUntilDeath(folder.path, path, 500);
  try {
    await writeFile(join(folder.path, "open"), "");
    await docker.getContainer(id).wait();
    const log = await adoptStepLog({ path, nonce: NONCE });
    {
      await using container = await containers.adopt(id, log);
      expect(container?.state).toBe("exited");
      expect(await container?.ended).toMatchObject({ exitCode: 7 });
    }
    await log.end();
    expect(await log.frame).toBe(SHA256);
    const { stdout, stderr } = await logBytes(readLog(path));
    expect({ stdout: stdout.toString() === STDOUT, stderr: stderr.toString() === STDERR }).toEqual({
      stdout: true,
      stderr: true,
    });
    expect(await containers.adopt(id, log)).toBeUndefined();
  } finally {
    await containers.remove(id);
  }
});
