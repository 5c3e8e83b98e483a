import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { baseImageFiles } from "../../../src/image-builder/base-image-files.ts";
import { findProgram, thisHost } from "../../../src/image-builder/base-image-host.ts";
import { sorted } from "../../../src/image-builder/base-image-root.ts";
import { tempFolder } from "./temp-folder.ts";

const APPLETS = ["bin/sh", "bin/busybox", "usr/bin/env", "sbin/ip", "linuxrc"];

const linuxTest = test.skipIf(process.platform !== "linux");

linuxTest("the root file system has Node, its libraries, a shell, users and a place for files", async () => {
  await using folder = await tempFolder();
  const busybox = join(folder.path, "busybox");
  await writeFile(busybox, `#!/bin/sh\nprintf '%s\\n' ${APPLETS.join(" ")}\n`, { mode: 0o755 });
  const entries = sorted(await baseImageFiles(thisHost(), busybox));
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  expect(byPath.get("usr/local/bin/node")).toMatchObject({ source: process.execPath, mode: 0o755 });
  expect(byPath.get("usr/bin/busybox")).toMatchObject({ type: "file", source: busybox });
  expect(byPath.get("usr/bin/sh")).toMatchObject({ type: "symlink", target: "/usr/bin/busybox" });
  expect(byPath.get("usr/sbin/ip")).toMatchObject({ type: "symlink" });
  expect(byPath.get("tmp")).toMatchObject({ type: "directory", mode: 0o1777 });
  expect(byPath.get("home/node")).toMatchObject({ type: "directory", owner: 1000 });
  expect(byPath.has("linuxrc")).toBe(false);
  expect(entries.some(({ path }) => /^usr\/lib.*\.so/.test(path))).toBe(true);
});

linuxTest("every entry lies in a directory that the root file system has, and through no link", async () => {
  await using folder = await tempFolder();
  const busybox = join(folder.path, "busybox");
  await writeFile(busybox, `#!/bin/sh\nprintf '%s\\n' ${APPLETS.join(" ")}\n`, { mode: 0o755 });
  const entries = sorted(await baseImageFiles(thisHost(), busybox));
  const directories = new Set(entries.filter(({ type }) => type === "directory").map(({ path }) => path));
  const parents = entries.map(({ path }) => path.split("/").slice(0, -1).join("/")).filter(Boolean);
  expect(parents.filter((parent) => !directories.has(parent))).toEqual([]);
});

test("a program is found in the first directory that has it, and may be absent", async () => {
  await using first = await tempFolder();
  await using second = await tempFolder();
  const host = { ...thisHost(), searchPath: [first.path, second.path] };
  expect(await findProgram(host, "tool")).toBeUndefined();
  await writeFile(join(first.path, "tool"), "not executable", { mode: 0o644 });
  await writeFile(join(second.path, "tool"), "", { mode: 0o755 });
  expect(await findProgram(host, "tool")).toBe(join(second.path, "tool"));
});
