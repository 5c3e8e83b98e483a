import { expect, test } from "vitest";
import { Admission, MOST_OVERTAKES } from "../../../src/orchestrator/containerized/admission.ts";

const claim = (memoryBytes: number, cpus = 0) => ({ memoryBytes, cpus });
const open = () => new Admission(claim(100, 2));
const never = new AbortController().signal;
const notCalled = () => expect.unreachable("nothing has to be given up");

test("steps are let in until memory or CPUs are used up, and again when one leaves", () => {
  const admission = open();
  expect(admission.tryEnter("a", claim(60))).toBe(true);
  expect(admission.tryEnter("b", claim(41))).toBe(false);
  expect(admission.tryEnter("c", claim(40, 2))).toBe(true);
  expect(admission.tryEnter("d", claim(0, 0.1))).toBe(false);
  admission.leave("a");
  expect(admission.tryEnter("b", claim(41))).toBe(true);
});

test("fractions of CPUs add up to whole ones", () => {
  const admission = new Admission(claim(100, 0.3));
  for (const id of ["a", "b", "c"]) expect(admission.tryEnter(id, claim(0, 0.1))).toBe(true);
  expect(admission.tryEnter("d", claim(0, 0.001))).toBe(false);
});

test("one that waits is overtaken so many times, and then nobody passes it", () => {
  const admission = open();
  admission.tryEnter("small", claim(10));
  expect(admission.tryEnter("big", claim(100))).toBe(false);
  for (let index = 0; index < MOST_OVERTAKES; index += 1) {
    expect(admission.tryEnter(`s${index}`, claim(1))).toBe(true);
    admission.leave(`s${index}`);
  }
  expect(admission.tryEnter("another", claim(1))).toBe(false);
  admission.leave("small");
  expect(admission.tryEnter("another", claim(1))).toBe(false);
  expect(admission.tryEnter("big", claim(100))).toBe(true);
});

test("parked containers count, are not made while somebody waits, and are given up, the latest first", async () => {
  const admission = open();
  const given: string[] = [];
  const park = (id: string, bytes: number) => admission.tryPark(id, bytes, async () => void given.push(id));
  expect([park("a", 30), park("b", 30), park("c", 41)]).toEqual([true, true, false]);
  expect(park("c", 30)).toBe(true);
  expect(admission.tryEnter("x", claim(40))).toBe(true);
  expect(given).toEqual(["c"]);
  expect(admission.tryEnter("y", claim(70))).toBe(false);
  expect(given).toEqual(["c"]); // it would not fit without them either
  expect(park("d", 0)).toBe(false);
  await admission.settled();
});

test("the own parked container of a step makes no difference to it", () => {
  const admission = open();
  expect(admission.tryPark("a", 60, notCalled)).toBe(true);
  expect(admission.tryEnter("a", claim(60))).toBe(true);
  expect(admission.tryEnter("b", claim(41))).toBe(false);
});

test("what was given up is waited for", async () => {
  const admission = open();
  const gone = Promise.withResolvers<void>();
  admission.tryPark("a", 60, () => gone.promise);
  admission.tryEnter("b", claim(60));
  let isSettled = false;
  const settled = admission.settled().then(() => {
    isSettled = true;
  });
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  gone.resolve();
  await settled;
});

test("a further attempt that needs no more goes on, and one that needs more gives back what it had and waits", async () => {
  const admission = open();
  admission.tryEnter("a", claim(50));
  admission.tryEnter("b", claim(50));
  expect(await admission.settle("a", claim(50), never)).toBe(true);
  let freed = 0;
  admission.onFreed = () => {
    freed += 1;
  };
  const settled = admission.settle("a", claim(80), never);
  expect(freed).toBe(1);
  expect(admission.isRunning("a")).toBe(false);
  admission.leave("b");
  expect(await settled).toBe(true);
  expect(admission.isRunning("a")).toBe(true);
});

test("a further attempt that waits ends when the run is stopped, and no longer keeps others off", async () => {
  const admission = open();
  const { signal, abort } = ((controller) => ({
    signal: controller.signal,
    abort: () => controller.abort(),
  }))(new AbortController());
  admission.tryEnter("a", claim(60));
  const settled = admission.settle("b", claim(60), signal);
  abort();
  expect(await settled).toBe(false);
  admission.leave("a");
  expect(admission.isRunning("b")).toBe(false);
  expect(await admission.settle("b", claim(60), signal)).toBe(false);
});

test("a further attempt never waits for a step that may wait for its slot", async () => {
  const admission = open();
  admission.tryEnter("a", claim(60));
  admission.tryEnter("big", claim(100)); // waits, and has no slot
  for (let index = 0; index < MOST_OVERTAKES; index += 1) {
    admission.tryEnter(`s${index}`, claim(1));
    admission.leave(`s${index}`);
  }
  expect(await admission.settle("a", claim(90), never)).toBe(true);
});
