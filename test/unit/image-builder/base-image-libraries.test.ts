import { expect, test } from "vitest";
import { parseLdd, sharedLibraries } from "../../../src/image-builder/base-image-libraries.ts";

test("the loader and the libraries of a glibc program are found, the kernel's own page is not", () => {
  const output = [
    "\tlinux-vdso.so.1 (0x00007ffd3a1fe000)",
    "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f2a3c000000)",
    "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2a3be1f000)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f2a3c2a5000)",
  ].join("\n");
  expect(parseLdd(output)).toEqual([
    "/lib/x86_64-linux-gnu/libm.so.6",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});

test("the loader and the libraries of a musl program are found", () => {
  const output = [
    "\t/lib/ld-musl-x86_64.so.1 (0x7f21e0a34000)",
    "\tlibstdc++.so.6 => /usr/lib/libstdc++.so.6 (0x7f21db600000)",
    "\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f21e0a34000)",
  ].join("\n");
  expect(new Set(parseLdd(output))).toEqual(new Set(["/lib/ld-musl-x86_64.so.1", "/usr/lib/libstdc++.so.6"]));
});

test("a library that this machine lacks is named", () => {
  expect(() => parseLdd("\tlibatomic.so.1 => not found\n")).toThrow("the library libatomic.so.1 is missing");
});

test.skipIf(process.platform !== "linux")("a file that links nothing needs no library", async () => {
  expect(await sharedLibraries(import.meta.filename)).toEqual([]);
});
