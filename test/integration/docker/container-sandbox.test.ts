import { chmod, mkdir, mkdtempDisposable, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { docker, run, shell } from "./container-support.ts";

beforeAll(() => ensureBusyboxImage(docker));

const lines = (text: string): string[] => text.trim().split("\n");

test("a read-only root takes no file, its tmpfs does, and runs what is there", async () => {
  const tmpfs = { "/tmp": "rw,exec,nosuid,nodev,mode=1777" };
  const script = "touch /x || echo refused; cp /bin/busybox /tmp/true; /tmp/true && stat -c %a /tmp";
  const outcome = await run(shell(script, { readOnlyRoot: true, tmpfs, user: "1234:2345" }));
  expect(outcome.stdout).toBe("refused\n1777\n");
  expect(outcome.stderr).toContain("Read-only file system");
});

test("capabilities are gone and none can be gained, even by root", async () => {
  const script = "grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status";
  const outcome = await run(shell(script, { capabilitiesDropped: ["ALL"], noNewPrivileges: true }));
  expect(lines(outcome.stdout).map((line) => line.split(/\s+/))).toEqual([
    ["CapEff:", "0000000000000000"],
    ["CapBnd:", "0000000000000000"],
    ["NoNewPrivs:", "1"],
  ]);
});

test("without a network there is the loopback interface and no other", async () => {
  const outcome = await run(shell("ls /sys/class/net"));
  expect(outcome.stdout).toBe("lo\n");
});

test("the number of processes is limited", async () => {
  const script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 600 & done; echo all";
  const outcome = await run(shell(script, { pidsLimit: 8 }));
  expect(outcome.stdout).not.toContain("all");
  expect(outcome.stderr).toMatch(/can't fork/);
});

test("memory, its swap and processor time are limited as the spec says", async () => {
  const limits = { memoryBytes: 64 * 2 ** 20, cpus: 0.5 };
  const script = [
    "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max",
    "cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes /sys/fs/cgroup/memory.swap.max",
    "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max",
  ].join(";");
  const [memory, swap, cpu] = lines((await run(shell(script, limits))).stdout);
  expect(memory).toBe("67108864");
  expect(swap).toMatch(/^(67108864|0)$/);
  expect(cpu).toMatch(/^50000\b/);
});

test("files written to a mount belong to the user of the spec, and only the read-write mount takes them", async () => {
  await using store = await mkdtempDisposable(join(tmpdir(), "stepdock-"));
  const own = join(store.path, "own");
  await writeFile(join(store.path, "input"), "seen");
  await mkdir(own);
  await chmod(own, 0o777);
  await chmod(store.path, 0o755);
  const mounts = [
    { type: "bind", source: own, target: own, readOnly: false },
    { type: "bind", source: store.path, target: store.path, readOnly: true },
  ] as const;
  const script = `cp ${store.path}/input ${own}/output; touch ${store.path}/x || echo refused`;
  const outcome = await run(shell(script, { mounts, user: "1234:2345" }));
  expect(outcome.stdout).toBe("refused\n");
  expect(await stat(join(own, "output"))).toMatchObject({ uid: 1234, gid: 2345 });
  expect(await readFile(join(own, "output"), "utf8")).toBe("seen");
});

test("environment, folder and entrypoint are those of the spec", async () => {
  const outcome = await run(
    shell("", {
      entrypoint: ["sh", "-c"],
      command: ['echo "$GREETING $(pwd)"'],
      environment: { GREETING: "a=b" },
      workdir: "/etc",
    }),
  );
  expect(outcome.stdout).toBe("a=b /etc\n");
});
