import { existsSync } from "node:fs";
import { replaceFile } from "../../util/write-atomic.ts";
import type { WorkspacePaths } from "../../workspace/paths.ts";

/** What the engine writes for a container without a network. */
const HOSTS = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
`;

/** The `/etc/hosts` of the steps of a workspace that have no network; made on first use. */
export const hostsFile = async ({ hosts }: Pick<WorkspacePaths, "hosts">): Promise<string> => {
  if (!existsSync(hosts)) await replaceFile(hosts, HOSTS);
  return hosts;
};
