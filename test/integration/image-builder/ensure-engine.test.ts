import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";

const SCRIPT = resolve(import.meta.dirname, "../../../docker/ensure-engine.sh");

/** In namespaces of its own: a second dockerd would take the first one's bridge, and leave mounts behind. */
const ensureEngine = (environment: Record<string, string>) => {
  const { DOCKER_HOST: _, ...inherited } = process.env;
  const env = { ...inherited, ...environment };
  return spawnSync("unshare", ["--net", "--mount", "sh", SCRIPT], {
    env,
    encoding: "utf8",
    timeout: 110_000,
  });
};

const privateEngine = async () => {
  const folder = await mkdtemp(join(tmpdir(), "sd-engine-"));
  const [socket, pidFile, log] = ["d.sock", "pid", "log"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const options = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${pidFile}`].join(
    " ",
  );
  const environment = {
    STEPDOCK_ENGINE_SOCKET: socket,
    STEPDOCK_ENGINE_LOG: log,
    STEPDOCK_ENGINE_WAIT: "100",
    STEPDOCK_DOCKERD_OPTIONS: options,
  };
  const dispose = async () => {
    const pid = await readFile(pidFile, "utf8").catch(() => undefined);
    if (pid !== undefined) await stop(Number(pid));
    // What it had started may end after it, and still write.
    await rm(folder, { recursive: true, force: true, maxRetries: 50 });
  };
  return { socket, pidFile, log, environment, [Symbol.asyncDispose]: dispose };
};

const runs = (pid: number): boolean => {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

const stop = async (pid: number): Promise<void> => {
  if (!runs(pid)) return;
  try {
    process.kill(pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
  while (runs(pid)) await pause(20);
};

const pingStatus = (socketPath: string): Promise<number | undefined> =>
  new Promise((done, fail) => {
    const asked = request({ socketPath, path: "/_ping" }, (answer) => done(answer.resume().statusCode));
    asked.on("error", fail).end();
  });

const canStart =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--net", "--mount", "dockerd", "--version"]).status === 0;

describe.skipIf(!canStart)("on a machine whose engine does not run", () => {
  test("it is started, outlives the script, and is left alone the next time", async () => {
    await using engine = await privateEngine();
    const first = ensureEngine(engine.environment);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toBe(
      `engine: starting dockerd (log: ${engine.log})\nengine: answers at ${engine.socket}\n`,
    );
    expect(await pingStatus(engine.socket)).toBe(200);
    const pid = await readFile(engine.pidFile, "utf8");
    expect(ensureEngine(engine.environment)).toMatchObject({
      status: 0,
      stdout: `engine: answers at ${engine.socket}\n`,
    });
    expect(await readFile(engine.pidFile, "utf8")).toBe(pid);
  });

  test("one that cannot start says why", async () => {
    await using engine = await privateEngine();
    const { STEPDOCK_DOCKERD_OPTIONS: options } = engine.environment;
    const { status, stderr } = ensureEngine({
      ...engine.environment,
      STEPDOCK_DOCKERD_OPTIONS: `${options} --storage-driver=nosuch`,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/failed to start daemon.*driver not supported/);
    expect(stderr).toContain("engine: dockerd ended before it answered");
  });

  test("an engine that DOCKER_HOST names is never replaced by another", () => {
    const { status, stdout, stderr } = ensureEngine({ DOCKER_HOST: "unix:///nonexistent/docker.sock" });
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toContain("nothing answers at DOCKER_HOST=unix:///nonexistent/docker.sock");
  });
});
