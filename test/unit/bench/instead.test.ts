import { expect, test } from "vitest";
import { instead } from "../../../bench/techniques/instead.ts";

type Add = (this: unknown, value: number) => number;

class Counter {
  readonly #step = 1;

  add(value: number): number {
    return value + this.#step;
  }
}

const twice = (own: Add): Add =>
  function (value) {
    return 2 * own.call(this, value);
  };

test("another method stands in the place of one until the switch is disposed of", () => {
  const counter = new Counter();
  {
    using _ = instead<Add>(Counter.prototype, "add", twice);
    expect(counter.add(1)).toBe(4);
  }
  expect(counter.add(1)).toBe(2);
});

test("a switch that switches nothing is refused", () => {
  expect(() => instead<Add>(Counter.prototype, "subtract", twice)).toThrow(/no method subtract any more/);
  const unused = () => {
    using _ = instead<Add>(Counter.prototype, "add", twice);
  };
  expect(unused).toThrow(/nobody calls the method add any more/);
});
