import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createProgramLog, LogLevelError } from "../../../src/logging/program-log.ts";

const MODULE = fileURLToPath(new URL("../../../src/logging/program-log.ts", import.meta.url));

async function linesAt(level?: string) {
  const lines: string[] = [];
  const log = await createProgramLog({ level, destination: { write: (line) => void lines.push(line) } });
  log.info({ run: "r1" }, "started");
  log.warn({ run: "r1" }, "slow");
  return lines.map((line) => JSON.parse(line));
}

describe("the program's own log", () => {
  afterEach(() => void vi.unstubAllEnvs());

  test("writes warnings and worse, as JSON with an ISO time", async () => {
    vi.stubEnv("STEPDOCK_LOG_LEVEL", undefined);
    const lines = await linesAt();
    expect(lines).toMatchObject([{ level: 40, msg: "slow", run: "r1", pid: process.pid }]);
    expect(new Date(lines[0].time).toISOString()).toBe(lines[0].time);
  });

  test("takes its level from the environment, and an explicit one before that", async () => {
    vi.stubEnv("STEPDOCK_LOG_LEVEL", "info");
    expect((await linesAt()).map(({ msg }) => msg)).toEqual(["started", "slow"]);
    expect(await linesAt("silent")).toEqual([]);
  });

  test("refuses a level that does not exist and lists those that do", async () => {
    vi.stubEnv("STEPDOCK_LOG_LEVEL", "loud");
    await expect(createProgramLog()).rejects.toThrow(LogLevelError);
    await expect(createProgramLog()).rejects.toThrow(/"loud".*trace, debug, info/);
  });

  test("goes to stderr, and arrives although the process is killed at once", () => {
    const program = `
      const { createProgramLog } = await import(${JSON.stringify(MODULE)});
      const log = await createProgramLog({ level: "error" });
      for (let left = 300; left >= 0; left--) log.error({ left }, "going");
      process.kill(process.pid, "SIGKILL");`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ left: 0 });
  });
});
