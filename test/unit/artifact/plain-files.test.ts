import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPlainTree, openPlainFile, readPlainFile } from "../../../src/artifact/plain-files.ts";
import { temporaryDirectory } from "./temporary.ts";

describe("plain files", () => {
  it("are listed with their directories, the root first", async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, "a", "b"), { recursive: true });
    await writeFile(join(directory.path, "a", "b", "c"), "");
    await writeFile(join(directory.path, "a.b"), "");
    expect(await listPlainTree(directory.path)).toEqual({
      files: ["a.b", "a/b/c"],
      directories: ["", "a", "a/b"],
    });
  });

  it("are opened through no link, also where one was put after the listing", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "target"), "secret");
    const path = join(directory.path, "link");
    await symlink("target", path);
    await expect(readPlainFile(path)).rejects.toMatchObject({
      code: "artifact_damaged",
      path,
      message: expect.stringContaining("a symbolic link"),
    });
  });

  it("are not waited for where a pipe took their place", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "pipe");
    execFileSync("mkfifo", [path]);
    await expect(openPlainFile(path)).rejects.toThrow("a named pipe");
  });

  it("are no devices", async () => {
    await expect(openPlainFile("/dev/zero")).rejects.toThrow("a device");
  });

  it("are no sockets", async () => {
    await using directory = await temporaryDirectory();
    const server = createServer().listen(join(directory.path, "s"));
    await using _closing = { [Symbol.asyncDispose]: async () => void server.close() };
    await new Promise((resolve) => server.once("listening", resolve));
    await expect(listPlainTree(directory.path)).rejects.toThrow("a socket");
  });

  it("have names in UTF-8", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(Buffer.concat([Buffer.from(`${directory.path}/`), Buffer.from([0xff])]), "");
    await expect(listPlainTree(directory.path)).rejects.toThrow("name is not UTF-8");
  });

  it("that are missing are named", async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "value.json");
    await expect(readPlainFile(path)).rejects.toMatchObject({ code: "artifact_damaged", path });
  });
});
