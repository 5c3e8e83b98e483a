import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyHeap, type ReadyRank, readyOrder } from "../../../src/dag/ready-heap.ts";

const drain = <T>(heap: ReadyHeap<T>): T[] => {
  const items: T[] = [];
  while (heap.size > 0) items.push(heap.pop() as T);
  return items;
};

describe("ReadyHeap", () => {
  test("gives items in the order of its comparator, whatever was pushed and popped between", () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant("pop" as const)));
    fc.assert(
      fc.property(steps, (all) => {
        const heap = new ReadyHeap<number>((a, b) => a - b);
        let sorted: number[] = [];
        for (const step of all) {
          if (step === "pop") {
            expect(heap.pop()).toBe(sorted.shift());
          } else {
            heap.push(step);
            sorted = [...sorted, step].sort((a, b) => a - b);
          }
          expect(heap.size).toBe(sorted.length);
        }
        expect(drain(heap)).toEqual(sorted);
      }),
    );
  });

  test("gives undefined when it is empty", () => {
    expect(new ReadyHeap<number>((a, b) => a - b).pop()).toBeUndefined();
  });
});

describe("readyOrder", () => {
  const ranks: ReadyRank[] = [
    { id: "early_short_b", layer: 0, remainingPath: 1 },
    { id: "early_short_a", layer: 0, remainingPath: 1 },
    { id: "early_long", layer: 0, remainingPath: 2 },
    { id: "late_longest", layer: 1, remainingPath: 5 },
    { id: "late_long", layer: 1, remainingPath: 2 },
  ];
  const order = (scheduling: "layers" | "critical-path") =>
    ranks.toSorted(readyOrder(scheduling)).map(({ id }) => id);

  test("is layer, then longest remaining path, then id for layers", () => {
    expect(order("layers")).toEqual([
      "early_long",
      "early_short_a",
      "early_short_b",
      "late_longest",
      "late_long",
    ]);
  });

  test("is longest remaining path, then layer, then id for critical-path", () => {
    expect(order("critical-path")).toEqual([
      "late_longest",
      "early_long",
      "late_long",
      "early_short_a",
      "early_short_b",
    ]);
  });
});
