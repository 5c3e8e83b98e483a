import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyHeap } from "../../../src/dag/ready-heap.ts";

interface Item {
  readonly rank: number;
}

const drain = (heap: ReadyHeap<Item>): number[] => {
  const ranks: number[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) ranks.push(item.rank);
  return ranks;
};

describe("ReadyHeap", () => {
  test("gives items in the order of their ranks, whatever was pushed and popped between", () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant("pop" as const)));
    fc.assert(
      fc.property(steps, (all) => {
        const heap = new ReadyHeap<Item>();
        let sorted: number[] = [];
        for (const step of all) {
          if (step === "pop") {
            expect(heap.pop()?.rank).toBe(sorted.shift());
          } else {
            heap.push({ rank: step });
            sorted = [...sorted, step].sort((a, b) => a - b);
          }
          expect(heap.size).toBe(sorted.length);
        }
        expect(drain(heap)).toEqual(sorted);
      }),
    );
  });

  test("gives undefined when it is empty", () => {
    expect(new ReadyHeap<Item>().pop()).toBeUndefined();
  });
});
