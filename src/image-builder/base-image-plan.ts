import { hash } from "node:crypto";
import { InterruptedError } from "../docker/interrupted-error.ts";
import type { Cancellable, ContainerEngine, ImageRecord } from "../docker/port.ts";
import { baseImageFiles, CERTIFICATES } from "./base-image-files.ts";
import { type AssemblyHost, findProgram } from "./base-image-host.ts";
import { assembledPrefix, BASE_IMAGE_LABEL } from "./base-image-known.ts";
import { contentHash, type RootEntry } from "./base-image-root.ts";

/** The image that this machine makes. */
export interface AssemblyPlan {
  readonly tag: string;
  readonly entries: readonly RootEntry[];
  /** What `import` is to set in its config. */
  readonly changes: readonly string[];
  /** Undefined where the engine has yet to be given it. */
  readonly present: ImageRecord | undefined;
}

/** The plan, or what stands in its way, as a clause for a message. */
export const planAssembly = async (
  engine: ContainerEngine,
  host: AssemblyHost,
  { signal }: Cancellable,
): Promise<AssemblyPlan | { readonly obstacle: string }> => {
  const { architecture, osType } = await engine.info({ signal });
  const [here, there] = [`${host.platform}/${host.architecture}`, `${osType}/${architecture}`];
  if (host.platform !== "linux" || here !== there) {
    return { obstacle: `its Node is for ${here}, the engine runs ${there}` };
  }
  const busybox = await findProgram(host, "busybox");
  if (!busybox) return { obstacle: "there is no busybox; install the package busybox-static, or busybox" };
  const entries = await filesOf(host, busybox, signal);
  return "obstacle" in entries ? entries : await planFor(engine, entries, host, { signal });
};

const filesOf = async (
  host: AssemblyHost,
  busybox: string,
  signal: AbortSignal | undefined,
): Promise<RootEntry[] | { readonly obstacle: string }> => {
  try {
    return await baseImageFiles(host, busybox, signal);
  } catch (cause) {
    if (signal?.aborted) throw new InterruptedError("assemble", "a base image", { cause });
    return { obstacle: `its Node cannot be taken along: ${(cause as Error).message}` };
  }
};

const planFor = async (
  engine: ContainerEngine,
  entries: readonly RootEntry[],
  host: AssemblyHost,
  { signal }: Cancellable,
): Promise<AssemblyPlan> => {
  const config = configOf(entries, host);
  const changes = [...config, `LABEL ${BASE_IMAGE_LABEL}=1`];
  const tag = assembledPrefix(host) + digest(await contentHash(entries, signal), ...config).slice(0, 12);
  const present = await engine.images.inspect(tag, { signal });
  return { tag, entries, changes, present };
};

const digest = (...parts: readonly string[]): string => hash("sha256", parts.join("\n"));

/** Where the host's certificates are taken along, Node trusts them too, as behind a proxy that has its own. */
const configOf = (entries: readonly RootEntry[], host: AssemblyHost): string[] => [
  "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  `ENV NODE_VERSION=${host.nodeVersion}`,
  ...(entries.some(({ path }) => path === CERTIFICATES) ? [`ENV NODE_EXTRA_CA_CERTS=/${CERTIFICATES}`] : []),
  'CMD ["node"]',
];
