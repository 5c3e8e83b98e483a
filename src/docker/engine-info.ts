import type Dockerode from "dockerode";
import * as z from "zod/mini";
import { getJson } from "./get-json.ts";
import type { Cancellable, EngineInfo } from "./port.ts";
import { asDockerError } from "./request-error.ts";

/** Asked once in a run at most, and not by one that is cached: made when it is. */
const makeInfo = () =>
  z.object({
    OperatingSystem: z.string(),
    OSType: z.string(),
    NCPU: z.int().check(z.positive()),
    MemTotal: z.int().check(z.positive()),
    Driver: z.string(),
    DockerRootDir: z.string(),
    SecurityOptions: z.nullish(z.array(z.string())),
    Runtimes: z.nullish(z.record(z.string(), z.unknown())),
    DiscoveredDevices: z.nullish(z.array(z.object({ ID: z.nullish(z.string()) }))),
  });

const makeVersion = () => z.object({ Version: z.string(), ApiVersion: z.string(), Arch: z.string() });

/** `GET /info` and `GET /version`. The architecture is taken from the latter, which spells it as OCI does. */
export const readEngineInfo = async (
  docker: Dockerode,
  endpoint: string,
  { signal }: Cancellable = {},
): Promise<EngineInfo> => {
  try {
    const [info, version] = await Promise.all([
      getJson(docker, "/info", { signal }),
      getJson(docker, "/version", { signal }),
    ]);
    return { endpoint, ...fromInfo(makeInfo().parse(info)), ...fromVersion(makeVersion().parse(version)) };
  } catch (cause) {
    throw asDockerError("tell about", `the engine at ${endpoint}`, cause, signal);
  }
};

const fromInfo = (info: z.output<ReturnType<typeof makeInfo>>) => ({
  operatingSystem: info.OperatingSystem,
  osType: info.OSType,
  cpus: info.NCPU,
  memoryBytes: info.MemTotal,
  storageDriver: info.Driver,
  rootDirectory: info.DockerRootDir,
  hasGpuRuntime: hasGpuRuntime(info),
  rootless: info.SecurityOptions?.some((option) => option.startsWith("name=rootless")) ?? false,
});

/** NVIDIA's runtime, or its devices by CDI, which newer engines list. What would run without either says so itself. */
const hasGpuRuntime = ({ Runtimes, DiscoveredDevices }: z.output<ReturnType<typeof makeInfo>>): boolean =>
  Object.keys(Runtimes ?? {}).some((name) => name.startsWith("nvidia")) ||
  (DiscoveredDevices ?? []).some(({ ID }) => ID?.startsWith("nvidia.com/gpu"));

const fromVersion = (version: z.output<ReturnType<typeof makeVersion>>) => ({
  version: version.Version,
  apiVersion: version.ApiVersion,
  architecture: version.Arch,
});
