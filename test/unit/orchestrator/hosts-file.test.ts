import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostsFile } from "../../../src/orchestrator/containerized/hosts-file.ts";

test("the hosts file of a workspace names localhost, is made once, and is for everybody to read", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "sd-hosts-"));
  const path = join(folder.path, "hosts");
  expect(await hostsFile({ hosts: path })).toBe(path);
  expect(await readFile(path, "utf8")).toMatch(/^127\.0\.0\.1\tlocalhost\n::1\tlocalhost /);
  await writeFile(path, "kept");
  await hostsFile({ hosts: path });
  expect(await readFile(path, "utf8")).toBe("kept");
});
