import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import Dockerode from "dockerode";
import { LABEL } from "../../src/orchestrator/containerized/labels.ts";

/** How a container of a step ended, as the engine itself told it. */
export interface Death {
  readonly containerId: string;
  readonly stepRunId: string;
  readonly exitCode: number;
}

/** Hears of the end of every container with a label of ours, whoever made it and whatever became of its maker. */
export interface EngineWatch extends Disposable {
  /** The deaths so far, once those of these containers are among them. */
  deathsWith(containerIds: readonly string[]): Promise<readonly Death[]>;
}

interface EngineEvent {
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

export const watchEngine = async (engine = new Dockerode()): Promise<EngineWatch> => {
  const filters = JSON.stringify({ type: ["container"], event: ["die"], label: [LABEL.workspace] });
  // From the engine's present second on, since its answer may come before it listens.
  const { SystemTime } = (await engine.info()) as { SystemTime: string };
  const since = Math.floor(Date.parse(SystemTime) / 1000);
  const stream = (await engine.getEvents({ filters, since })) as Readable;
  const deaths: Death[] = [];
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") deaths.push(deathOf(JSON.parse(line) as EngineEvent));
  });
  return {
    deathsWith: async (ids) => {
      while (!ids.every((id) => deaths.some(({ containerId }) => containerId === id))) await setTimeout(10);
      return deaths;
    },
    [Symbol.dispose]: () => stream.destroy(),
  };
};

const deathOf = ({ Actor: { ID, Attributes } }: EngineEvent): Death => ({
  containerId: ID,
  stepRunId: Attributes[LABEL.stepRunId] ?? "",
  exitCode: Number(Attributes.exitCode),
});
