import { expect, test } from "vitest";
import type { Invocation } from "../../../src/model/index.ts";
import { Admission } from "../../../src/orchestrator/containerized/admission.ts";
import {
  type ParkedContainer,
  ParkedContainers,
} from "../../../src/orchestrator/containerized/parked-containers.ts";

const invocation = { id: "next", settings: {} } as unknown as Invocation;

/** What nobody can have an engine do when asked: the exit is told, and how it came to that is not known yet. */
const containerWith = (over: Promise<unknown>) => {
  const disposed: string[] = [];
  const created = { id: "it", [Symbol.asyncDispose]: async () => void disposed.push("it") };
  const ended = new Promise(() => {});
  return { disposed, container: { created, started: { over, ended } } as unknown as ParkedContainer };
};

const parkedWith = async (container: ParkedContainer): Promise<ParkedContainers> => {
  const parked = new ParkedContainers(new Admission({ memoryBytes: 1e9, cpus: 2 }));
  await parked.park("run", invocation, async () => container);
  return parked;
};

test.each([
  ["that is told to have ended", () => Promise.resolve(137)],
  ["whose engine went away", () => Promise.reject(new Error("gone"))],
])("a parked container %s is given to nobody, though how it ended is not known", async (_what, end) => {
  const { container, disposed } = containerWith(end());
  const parked = await parkedWith(container);
  expect(await parked.take("run")).toBeUndefined();
  expect(disposed).toEqual(["it"]);
});

test("a parked container that runs is given to its step, once", async () => {
  const { container, disposed } = containerWith(new Promise(() => {}));
  const parked = await parkedWith(container);
  expect(await parked.take("run")).toBe(container);
  expect(await parked.take("run")).toBeUndefined();
  expect(disposed).toEqual([]);
});
