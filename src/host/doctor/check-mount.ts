import { randomUUID } from "node:crypto";
import { lstat, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { ContainerEngine, ContainerSpec } from "../../docker/port.ts";
import { ensureBaseImage } from "../../image-builder/base-image.ts";
import type { CheckResult, DoctorOptions } from "../doctor.ts";

type Found = Omit<CheckResult, "check">;

/** What the container is to tell of itself, in one line of JSON. */
const Report = z.object({ token: z.string(), wrote: z.string(), uid: z.int(), node: z.string() });

/** Reads the token, writes a file beside it, and tells of both. */
const PROBE = `
const { readFileSync, writeFileSync } = require("node:fs");
const attempt = (work) => { try { return work(); } catch (error) { return error.code; } };
console.log(JSON.stringify({
  token: attempt(() => readFileSync(process.argv[1] + "/token", "utf8")),
  wrote: attempt(() => (writeFileSync(process.argv[1] + "/written", "x"), "yes")),
  uid: process.getuid(),
  node: process.version,
}));`;

/**
 * Whether a directory of the workspace arrives in a container, and whether what the container writes there belongs to
 * whoever runs this: the two things that engines in virtual machines, remote ones and user namespaces get wrong.
 */
export const checkMount = async (
  engine: ContainerEngine,
  root: string,
  { onOutput }: DoctorOptions,
): Promise<Found> => {
  const image = await ensureBaseImage(engine, onOutput ? { onOutput } : {});
  await using directory = await temporaryDirectory(root);
  const token = randomUUID();
  await writeFile(join(directory.path, "token"), token);
  const printed = await runProbe(engine, probeSpec(image.reference, directory.path));
  return await judge(printed, token, { path: directory.path, image: image.reference });
};

const temporaryDirectory = async (root: string): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(root, "doctor-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

const runProbe = async (engine: ContainerEngine, spec: ContainerSpec): Promise<string> => {
  const chunks: Buffer[] = [];
  await using created = await engine.containers.create(spec, {
    write: (_stream, chunk) => void chunks.push(chunk),
  });
  const started = await created.start();
  await started.ended;
  return Buffer.concat(chunks).toString("utf8");
};

const probeSpec = (image: string, path: string): ContainerSpec => ({
  image,
  entrypoint: ["node", "-e"],
  command: [PROBE, path],
  environment: { HOME: "/tmp" },
  labels: { "dev.stepdock.doctor": "1" },
  mounts: [{ type: "bind", source: path, target: path, readOnly: false }],
  ...(process.getuid ? { user: `${process.getuid()}:${process.getgid?.() ?? 0}` } : {}),
  network: "none",
  readOnlyRoot: true,
  tmpfs: { "/tmp": "rw,exec,nosuid,nodev,mode=1777" },
  init: true,
  capabilitiesDropped: ["ALL"],
  noNewPrivileges: true,
  stdin: false,
});

const judge = async (
  printed: string,
  token: string,
  { path, image }: { path: string; image: string },
): Promise<Found> => {
  const report = Report.safeParse(parseJson(printed));
  if (!report.success)
    return problem(`a container of ${image} did not run as it should. It said: ${printed}`);
  const { token: seen, wrote, uid, node } = report.data;
  if (seen !== token) {
    return problem(
      `${path} does not arrive in a container (${seen}): the engine runs where it cannot see this directory. Share it ` +
        "with the engine's virtual machine, or put the workspace elsewhere with --workspace or STEPDOCK_HOME.",
    );
  }
  if (wrote !== "yes") return problem(`a container may not write to ${path}, as uid ${uid}: ${wrote}.`);
  return owned(await lstat(join(path, "written")), { uid, node, image });
};

const owned = (
  { uid: owner }: { readonly uid: number },
  { uid, node, image }: { uid: number; node: string; image: string },
): Found => {
  const me = process.getuid?.() ?? owner;
  const detail = `the workspace arrives in a container of ${image} (Node ${node}); what it writes belongs to uid ${owner}`;
  if (owner === me) return { status: "ok", detail };
  return {
    status: "warning",
    detail: `${detail}, not to you (uid ${me}), though the container ran as uid ${uid}: you may be unable to remove outputs`,
  };
};

const problem = (detail: string): Found => ({ status: "problem", detail });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // It is told as it is.
    return undefined;
  }
};
