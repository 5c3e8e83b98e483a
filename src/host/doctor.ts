import { existsSync } from "node:fs";
import { mkdtempDisposable, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connectEngine } from "../docker/connect.ts";
import type { ContainerEngine, EngineInfo } from "../docker/port.ts";
import type { ErrorCode } from "../errors/codes.ts";
import { isStepdockError, type StepdockError } from "../errors/error.ts";
import { openSqliteMetadataStore } from "../metadata/sqlite-metadata-store.ts";
import { formatBytes } from "../util/bytes.ts";
import { hasWorkspace, noWorkspace } from "../workspace/existing.ts";
import { cannotBeMade, openWorkspace } from "../workspace/workspace.ts";
import { checkMount } from "./doctor/check-mount.ts";

/** What one check found. */
export interface CheckResult {
  readonly check: string;
  readonly status: "ok" | "warning" | "problem";
  /** What is there, and what to do about it where it is not well. */
  readonly detail: string;
  /** The condition, where the check failed with an error of ours. */
  readonly code?: ErrorCode;
}

export interface DoctorOptions {
  /** Told of each result as soon as it is there. */
  readonly onResult?: (result: CheckResult) => void | Promise<void>;
  /** What the engine says while a base image is fetched or made. */
  readonly onOutput?: (line: string) => void;
}

type Found = Omit<CheckResult, "check">;

/**
 * Checks Node, the workspace at `root` and the engine, through a real container. Where there is no workspace, none is made:
 * the place that it would have is checked.
 */
export const examine = async (root: string, options: DoctorOptions = {}): Promise<CheckResult[]> => {
  const results: CheckResult[] = [];
  const tell = async (check: string, work: () => Found | Promise<Found>): Promise<boolean> => {
    const result = { check, ...(await attempt(work)) };
    results.push(result);
    await options.onResult?.(result);
    return result.status !== "problem";
  };
  await tell("node", checkNode);
  const isThere = hasWorkspace(root);
  await using made = new AsyncDisposableStack();
  let place = root;
  const usable = await tell("workspace", async () => {
    if (isThere) return await checkWorkspace(root);
    place = made.use(await placeFor(root)).path;
    return ok(noWorkspace(root));
  });
  if (usable && isThere) await tell("records", () => checkRecords(root));
  if (usable) await tell("workspace disk", () => checkDisk(isThere ? root : dirname(place)));
  await examineEngine(usable ? place : undefined, tell, options);
  return results;
};

/** An empty directory where the workspace would be made, or its parents. @throws WorkspaceError */
const placeFor = async (root: string) => {
  let parent = root;
  while (!existsSync(parent)) parent = dirname(parent);
  try {
    return await mkdtempDisposable(join(parent, ".stepdock-doctor-"));
  } catch (cause) {
    throw cannotBeMade(root, cause as Error);
  }
};

const examineEngine = async (
  root: string | undefined,
  tell: (check: string, work: () => Found | Promise<Found>) => Promise<boolean>,
  options: DoctorOptions,
): Promise<void> => {
  await using stack = new AsyncDisposableStack();
  const connected: { engine?: ContainerEngine; info?: EngineInfo } = {};
  await tell("engine", async () => {
    connected.engine = stack.use(await connectEngine());
    connected.info = await connected.engine.info();
    return ok(engineText(connected.info));
  });
  const { engine, info } = connected;
  if (!engine || !info) return;
  await tell("engine resources", () => ok(`${info.cpus} CPUs, ${formatBytes(info.memoryBytes)} of memory`));
  await tell("engine disk", () => checkEngineDisk(info));
  if (root !== undefined) await tell("bind mount", () => checkMount(engine, root, options));
};

const ok = (detail: string): Found => ({ status: "ok", detail });

/** An error of ours is a finding; any other is a fault, and thrown. */
const attempt = async (work: () => Found | Promise<Found>): Promise<Found> => {
  try {
    return await work();
  } catch (error) {
    if (!isStepdockError(error)) throw error;
    const { message, code }: StepdockError = error;
    return { status: "problem", detail: message, code };
  }
};

const checkNode = (): Found => ok(`${process.version} at ${process.execPath}`);

const checkWorkspace = async (root: string): Promise<Found> => {
  await using workspace = await openWorkspace(root);
  const runs = await workspace.metadata.listRuns();
  return ok(`${root}, ${runs.length} runs, id ${workspace.metadata.workspaceId}`);
};

const checkRecords = async (root: string): Promise<Found> => {
  await using workspace = await openWorkspace(root);
  const { database } = workspace.paths;
  await using store = await openSqliteMetadataStore({ path: database });
  const problems = await store.checkIntegrity();
  if (problems.length === 0) return ok(`${database} is whole`);
  return { status: "problem", detail: `${database} is damaged: ${problems.join(" ")}` };
};

const SCARCE = 2e9;

const checkDisk = async (path: string): Promise<Found> => {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free at ${path}`;
  return free >= SCARCE
    ? ok(detail)
    : { status: "warning", detail: `only ${detail}: \`stepdock clean\` makes room` };
};

/** Its directory may be one of a virtual machine's, or not for this user to see. */
const checkEngineDisk = async ({ rootDirectory }: EngineInfo): Promise<Found> => {
  try {
    return await checkDisk(rootDirectory);
  } catch {
    return ok(`${rootDirectory}, which cannot be seen from here: \`docker system df\` tells what it uses`);
  }
};

const engineText = (info: EngineInfo): string => {
  const facts = [
    `${info.version} (API ${info.apiVersion})`,
    `${info.osType}/${info.architecture}`,
    info.operatingSystem,
    `storage ${info.storageDriver}`,
    ...(info.rootless ? ["rootless"] : []),
  ];
  return `${facts.join(", ")} at ${info.endpoint}`;
};
