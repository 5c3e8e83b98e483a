import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type Dockerode from "dockerode";
import { expect } from "vitest";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import type { Project } from "../../fixtures/project.ts";
import { docker, open } from "./support.ts";

/** The container of a step of a project, once it runs. */
export const runningContainer = async (project: Project, step: string): Promise<Dockerode.Container> => {
  await using workspace = await open(project);
  const label = [`${LABEL.workspace}=${workspace.metadata.workspaceId}`, `${LABEL.step}=${step}`];
  const list = () => docker.listContainers({ filters: { label } });
  await expect.poll(list, { timeout: 60_000 }).toHaveLength(1);
  const [found] = await list();
  return docker.getContainer(found?.Id ?? "");
};

/** Lets the command of a step `exits` go once the engine has told three times what it uses, to whoever asks; resolves with the seconds between. */
export const letExitsGo = async (project: Project): Promise<number> => {
  const container = await runningContainer(project, "exits");
  const times: number[] = [];
  for await (const line of createInterface({ input: await container.stats({ stream: true }) })) {
    times.push(Date.parse(JSON.parse(line).read));
    if (times.length === 3) break;
  }
  const { Mounts } = await container.inspect();
  const outputs = Mounts.find(({ Destination }) => Destination === "/stepdock/outputs");
  await writeFile(join(outputs?.Source ?? "", "go"), "");
  return ((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN)) / 1000;
};
