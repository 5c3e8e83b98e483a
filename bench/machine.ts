import type Dockerode from "dockerode";

interface EngineInfo {
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly OperatingSystem: string;
  readonly ServerVersion: string;
  readonly Driver: string;
  readonly CgroupVersion?: string;
}

/** How many CPUs the engine has: what stepdock runs at once unless it is told otherwise. */
export const cpusOf = async (docker: Dockerode): Promise<number> =>
  ((await docker.info()) as EngineInfo).NCPU;

/** The machine in general terms: nothing in it says which one it is. */
export const describeMachine = async (docker: Dockerode): Promise<string> => {
  const info = (await docker.info()) as EngineInfo;
  const memory = `${Math.round(info.MemTotal / 1024 ** 3)} GiB of memory`;
  const engine = `Docker ${info.ServerVersion} (${info.Driver}, cgroup v${info.CgroupVersion ?? "1"})`;
  return `${info.NCPU} cores, ${memory}, ${info.OperatingSystem}, ${engine}, Node ${process.versions.node}`;
};
