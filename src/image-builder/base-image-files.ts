import { access } from "node:fs/promises";
import { type AssemblyHost, runProgram } from "./base-image-host.ts";
import { sharedLibraries } from "./base-image-libraries.ts";
import type { RootEntry } from "./base-image-root.ts";

/** Where the certificates lie in the image. */
export const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt";
/** Where Debian and Alpine, Fedora, and openSUSE keep them. */
const CERTIFICATE_SOURCES = [
  `/${CERTIFICATES}`,
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
];
const NODE_USER = 1000;

const directory = (path: string, mode = 0o755): RootEntry => ({ path, type: "directory", mode });
const text = (path: string, content: string): RootEntry => ({
  path,
  type: "file",
  mode: 0o644,
  text: content,
});
const executable = (path: string, source: string): RootEntry => ({ path, type: "file", mode: 0o755, source });

export const SKELETON: readonly RootEntry[] = [
  ...["dev", "etc", "etc/ssl", "etc/ssl/certs", "home", "opt", "proc", "run", "sys"].map((path) =>
    directory(path),
  ),
  ...["usr", "usr/local", "usr/local/bin", "var"].map((path) => directory(path)),
  ...["bin", "lib", "lib64", "sbin"].flatMap((name): RootEntry[] => [
    directory(`usr/${name}`),
    { path: name, type: "symlink", target: `usr/${name}` },
  ]),
  directory("root", 0o700),
  { ...directory("home/node"), owner: NODE_USER },
  directory("tmp", 0o1777),
  directory("var/tmp", 0o1777),
  text("etc/group", `root:x:0:\nnode:x:${NODE_USER}:\nnogroup:x:65534:\n`),
  text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
  text(
    "etc/passwd",
    "root:x:0:0:root:/root:/bin/sh\n" +
      `node:x:${NODE_USER}:${NODE_USER}:node:/home/node:/bin/sh\n` +
      "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
  ),
];

/** The smallest root file system in which this machine's Node, and a shell with its tools, run. */
export const baseImageFiles = async (
  host: AssemblyHost,
  busybox: string,
  signal?: AbortSignal,
): Promise<RootEntry[]> => {
  const programs = [host.nodePath, busybox];
  const libraries = (await Promise.all(programs.map((path) => sharedLibraries(path, signal)))).flat();
  return [
    ...(await applets(busybox, signal)),
    ...SKELETON,
    ...libraries.flatMap(libraryEntries),
    ...(await certificates()),
    executable("usr/bin/busybox", busybox),
    executable("usr/local/bin/node", host.nodePath),
  ];
};

/** The links, such as `bin/sh`, by which busybox is called. */
const applets = async (busybox: string, signal?: AbortSignal): Promise<RootEntry[]> => {
  const { stdout } = await runProgram(busybox, ["--list-full"], signal);
  const links = stdout.split("\n").filter((path) => /^(usr\/)?s?bin\/./.test(path));
  return links.map((path) => ({ path: inUsr(path), type: "symlink", target: "/usr/bin/busybox" }));
};

const libraryEntries = (library: string): RootEntry[] => {
  const path = inUsr(library.slice(1));
  return [...parentsOf(path).map((parent) => directory(parent)), executable(path, library)];
};

const parentsOf = (path: string): string[] => {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
};

/** `/bin` and its like are links into `/usr`, as in today's distributions. */
const inUsr = (path: string): string => path.replace(/^(bin|sbin|lib|lib64)\//, "usr/$1/");

const certificates = async (): Promise<RootEntry[]> => {
  const source = await certificateFile();
  return source === undefined ? [] : [{ path: CERTIFICATES, type: "file", mode: 0o644, source }];
};

export const certificateFile = async (): Promise<string | undefined> => {
  for (const source of CERTIFICATE_SOURCES) {
    const readable = await access(source).then(
      () => true,
      () => false,
    );
    if (readable) return source;
  }
  return undefined;
};
