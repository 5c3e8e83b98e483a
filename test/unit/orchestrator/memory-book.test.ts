import { expect, test } from "vitest";
import { MemoryBook } from "../../../src/orchestrator/containerized/memory-book.ts";

test("memory is granted until there is none left, and again once it is given back", () => {
  const book = new MemoryBook(100);
  const first = book.tryGrant(60);
  expect(first).toBeDefined();
  expect(book.tryGrant(41)).toBeUndefined();
  const second = book.tryGrant(40);
  expect(second).toBeDefined();
  first?.[Symbol.dispose]();
  expect(book.tryGrant(61)).toBeUndefined();
  expect(book.tryGrant(60)).toBeDefined();
});

test("what was given back twice counts once", () => {
  const book = new MemoryBook(100);
  const grant = book.grant(60);
  grant[Symbol.dispose]();
  grant[Symbol.dispose]();
  expect(book.tryGrant(101)).toBeUndefined();
  expect(book.tryGrant(100)).toBeDefined();
});

test("a step that runs is granted its memory in any case, and leaves less for others", () => {
  const book = new MemoryBook(100);
  using _running = book.grant(150);
  expect(book.tryGrant(1)).toBeUndefined();
});
