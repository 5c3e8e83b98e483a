import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProject, type Project } from "../../fixtures/project.ts";
import { type EndedRun, leftoversOf, NOTHING, outputOf, returnedBy, runPipeline } from "./support.ts";

const SOCKET = "/var/run/docker.sock";
const USER = 1000;

const PIPELINE = `
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline, step } from "stepdock";
import * as z from "zod";

const stores = () => process.env.ZENML_LOCAL_STORES_PATH ?? "";
const fileOf = (name: string) => {
  const [id = ""] = readdirSync(join(stores(), "default", name, "output"));
  return join(stores(), "default", name, "output", id, "value.json");
};
const attempt = (act: () => unknown): string => {
  try { act(); return "done"; } catch (error) { return (error as NodeJS.ErrnoException).code ?? String(error); }
};
const write = (directory: string) => attempt(() => writeFileSync(join(directory, "planted"), "x"));
const below = (directory: string) => readdirSync(directory, { recursive: true, withFileTypes: true });
const firstOf = (...files: string[]) => readFileSync(files.find(existsSync) ?? "", "utf8").trim();

export const make = step({ name: "make", output: z.array(z.number()), run: () => [1, 2, 3] });
const given = { given: z.array(z.number()) };
export const spoil_input = step({ name: "spoil_input", inputs: given, output: z.string(),
  run: () => { appendFileSync(fileOf("make"), "4"); return "spoilt"; } });
export const remove_other = step({ name: "remove_other", output: z.string(),
  run: () => { rmSync(fileOf("make")); return "removed"; } });
export const add_to_other = step({ name: "add_to_other", output: z.string(),
  run: () => { writeFileSync(join(dirname(fileOf("make")), "more"), "4"); return "added"; } });
export const vandals = pipeline({ name: "vandals", define: () => {
  const made = make();
  spoil_input({ given: made });
  const after = { after: [made] };
  remove_other.with(after)();
  add_to_other.with(after)();
} });

export const probe = step({ name: "probe", inputs: given, output: z.json(),
  settings: { resources: { memory: "256MiB", cpuCount: 0.5 } },
  run: () => {
    const root = dirname(stores());
    const places = ["/", "/etc", "/usr/bin", "/stepdock", "/root", "/tmp"];
    const seen = below(root).map((entry) => join(entry.parentPath, entry.name));
    const directories = below(stores()).filter((entry) => entry.isDirectory());
    return {
      id: [process.getuid?.() ?? -1, process.getgid?.() ?? -1],
      writes: Object.fromEntries(places.map((place) => [place, write(place)])),
      writable: directories.map((entry) => join(entry.parentPath, entry.name)).filter((at) => write(at) === "done"),
      beside: [root, join(root, "runs"), dirname(root)].map(write),
      seen,
      project: attempt(() => readdirSync(join(dirname(root), "node_modules"))),
      environment: Object.keys(process.env),
      status: Object.fromEntries(firstOf("/proc/self/status").split("\\n").map((line) => line.split(":\\t"))),
      pids: firstOf("/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/pids.max"),
      memory: firstOf("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"),
      cpu: firstOf("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu.max"),
    };
  } });
export const probing = pipeline({ name: "probing", define: () => ({ found: probe({ given: make() }) }) });

export const hoard = step({ name: "hoard", output: z.number(), settings: { resources: { memory: "64MB" } },
  run: () => {
    const hoarded: Buffer[] = [];
    while (hoarded.length < 1000) hoarded.push(Buffer.alloc(1_000_000, 1));
    return hoarded.length;
  } });
export const hoarding = pipeline({ name: "hoarding", define: () => { hoard(); } });
`;

let project: Project;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
});
afterAll(async () => {
  expect(await leftoversOf(project)).toEqual(NOTHING);
  await project[Symbol.asyncDispose]();
});

const below = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).map((entry) => join(directory, entry));

/** Whose everything in the stores and in the runs' directories is: what containers wrote is among it. */
const owners = (project: Project): Set<string> => {
  const files = [...below(project.path(".stepdock/stores")), ...below(project.path(".stepdock/runs"))];
  expect(files.some((file) => file.endsWith("/value.json"))).toBe(true);
  expect(files.some((file) => file.endsWith("/exchange/result.json"))).toBe(true);
  return new Set(files.map((file) => lstatSync(file)).map(({ uid, gid }) => `${uid}:${gid}`));
};

interface Found {
  readonly id: readonly number[];
  readonly writes: Readonly<Record<string, string>>;
  readonly writable: readonly string[];
  readonly seen: readonly string[];
  readonly project: string;
  readonly environment: readonly string[];
  readonly status: Readonly<Record<string, string>>;
  readonly pids: string;
  readonly memory: string;
  readonly cpu: string;
}

describe("Outputs on the host belong to the caller's uid and gid", () => {
  test("shown as whoever runs the tests, such as root", async () => {
    const owner = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
    const run = await runPipeline(project, "probing");
    expect(run).toMatchObject({ status: 0, run: { status: "completed" } });
    expect((await returnedBy<Found>(project, run.step("probe"))).id).toEqual(owner);
    expect(owners(project)).toEqual(new Set([owner.join(":")]));
  });

  test(`shown through setpriv, as uid ${USER}`, async (context) => {
    if (process.getuid?.() !== 0) return context.skip("only root may become another user");
    await using theirs = await createProject({ "pipeline.ts": PIPELINE });
    execFileSync("chown", ["-Rh", `${USER}:${USER}`, theirs.directory]);
    const groups = `--groups=${statSync(SOCKET).gid}`;
    const run = await runPipeline(theirs, "probing", {
      prefix: ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, groups],
      env: { HOME: theirs.directory },
    });
    expect(run).toMatchObject({ status: 0, run: { status: "completed" } });
    expect((await returnedBy<Found>(theirs, run.step("probe"))).id).toEqual([USER, USER]);
    expect(owners(theirs)).toEqual(new Set([`${USER}:${USER}`]));
    expect(await leftoversOf(theirs)).toEqual(NOTHING);
  });
});

describe("A step that tries to write to another step's artifact, or to its own inputs, fails, and the artifact's hash is unchanged", () => {
  let run: EndedRun;
  beforeAll(async () => {
    run = await runPipeline(project, "vandals", { args: ["--no-cache"] });
  });

  test.each(["spoil_input", "remove_other", "add_to_other"])(
    "%s has failed, and is told why",
    async (vandal) => {
      expect(run).toMatchObject({ status: 1, run: { status: "failed" } });
      expect(run.step(vandal).status).toBe("failed");
      const { kind, message } = run.failure(vandal);
      expect(kind).toBe("threw");
      expect(message).toMatch(/EROFS|Read-only file system/);
      expect(message).toContain("A step may write only to /tmp");
    },
  );

  test("the artifact is as it was, to its hash", async () => {
    expect(run.step("make").status).toBe("completed");
    const { artifact, path, hash } = await outputOf(project, run.step("make"));
    expect(hash).toBe(artifact.contentHash);
    expect(readdirSync(path)).toEqual(["value.json"]);
    expect(await returnedBy(project, run.step("make"))).toEqual([1, 2, 3]);
  });
});

describe("A step in its container", () => {
  let run: EndedRun;
  let found: Found;
  beforeAll(async () => {
    run = await runPipeline(project, "probing", { args: ["--no-cache"], env: { STEPDOCK_TEST_SECRET: "1" } });
    found = await returnedBy<Found>(project, run.step("probe"));
  });

  test("writes nowhere in its root file system but to /tmp", () => {
    const refused = ["/", "/etc", "/usr/bin", "/stepdock"].map((place) => [place, "EROFS"]);
    expect(found.writes).toMatchObject(Object.fromEntries(refused));
    expect(found.writes).toMatchObject({ "/tmp": "done", "/root": expect.stringMatching(/EROFS|EACCES/) });
  });

  test("writes nowhere in the project but to its own output", async () => {
    const { path } = await outputOf(project, run.step("probe"));
    expect(found.writable).toEqual([path]);
    const planted = below(project.directory).filter((file) => file.endsWith("/planted"));
    expect(planted).toContain(`${path}/planted`);
    expect(planted.filter((file) => !file.includes("/stores/default/probe/output/"))).toEqual([]);
  });

  test("sees of the workspace only the stores and its own directory: no database, no log, no other attempt", () => {
    const workspace = project.path(".stepdock/");
    const seen = found.seen.map((file) => file.replace(workspace, ""));
    const { id } = run.run;
    const own = [
      "runs",
      `runs/${id}`,
      `runs/${id}/probe`,
      `runs/${id}/probe/1`,
      `runs/${id}/probe/1/exchange`,
    ];
    expect(seen.filter((file) => !file.startsWith("stores")).sort()).toEqual(own);
    expect(seen.some((file) => file.startsWith("stores/default/make/output/"))).toBe(true);
    expect(found.project).toBe("ENOENT");
  });

  test("has no capability, cannot gain any, and has none of the host's variables", () => {
    const none = "0".repeat(16);
    expect(found.status).toMatchObject({
      CapEff: none,
      CapPrm: none,
      CapBnd: none,
      CapAmb: none,
      NoNewPrivs: "1",
    });
    expect(found.environment).toContain("ZENML_RUN_ID");
    expect(found.environment).not.toContain("STEPDOCK_TEST_SECRET");
  });

  test("has the limits that were asked for, and one for processes", () => {
    expect(found.pids).toBe("4096");
    expect(found.memory).toBe(String(256 * 1024 * 1024));
    expect(found.cpu.split(" ")[0]).toBe("50000");
  });

  test("is killed where it takes more memory than it asked for, and told its limit", async () => {
    const hoarding = await runPipeline(project, "hoarding", { args: ["--no-cache"] });
    expect(hoarding.status).toBe(1);
    expect(hoarding.failure("hoard")).toMatchObject({
      kind: "out_of_memory",
      message: expect.stringContaining("64MB"),
    });
  });
});
