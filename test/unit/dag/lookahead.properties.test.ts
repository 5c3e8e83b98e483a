import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PlannedNode, planDag } from "../../../src/dag/dag-plan.ts";
import { Lookahead } from "../../../src/dag/lookahead.ts";
import { acyclicDags } from "./graphs.ts";
import { readyOrder } from "./ready-order.ts";

/** A run that goes where the random numbers lead, with the plain account of what is upcoming. */
class NaiveRun {
  readonly prepared = new Set<PlannedNode>();
  readonly ready = new Set<PlannedNode>();
  readonly running = new Set<PlannedNode>();
  readonly completed = new Set<PlannedNode>();
  readonly closed = new Set<PlannedNode>();
  readonly plan: readonly PlannedNode[];
  readonly size: number;
  readonly order = readyOrder("layers");
  readonly lookahead: Lookahead;

  constructor(plan: readonly PlannedNode[], size: number) {
    this.plan = plan;
    this.size = size;
    const isOpen = (node: PlannedNode) => !this.completed.has(node) && !this.closed.has(node);
    this.lookahead = new Lookahead(plan, { size, isOpen });
    this.#findReady();
  }

  /** One change, chosen by `dice`: a start, an end or a failure. */
  change(dice: number): void {
    const candidates = [...this.ready].sort(this.order);
    const isStart = dice % 2 === 0 || this.running.size === 0;
    const running = [...this.running];
    const node = running[dice % running.length];
    if (isStart && candidates[0] !== undefined) this.#start(candidates[0]);
    else if (node !== undefined) this.#end(node, dice % 5 !== 4);
  }

  /** Prepares as long as the lookahead names nodes, and holds each against the model. */
  look(): void {
    for (let node = this.lookahead.next(); ; node = this.lookahead.next()) {
      expect(node?.id).toBe(this.#expected()?.id);
      if (node === undefined) return;
      this.prepared.add(node);
    }
  }

  waiting(): PlannedNode[] {
    return [...this.prepared].filter((node) => this.#isWaiting(node));
  }

  #expected(): PlannedNode | undefined {
    if (this.waiting().length >= this.size) return undefined;
    const upcoming = this.plan.filter((node) => this.#isWaiting(node) && !this.prepared.has(node));
    return upcoming.sort((a, b) => this.#hop(a) - this.#hop(b) || this.order(a, b))[0];
  }

  #hop(node: PlannedNode): number {
    const isNear = this.ready.has(node) || this.running.has(node) || this.completed.has(node);
    return isNear ? 0 : 1 + Math.max(...node.parents.map((upstream) => this.#hop(upstream)));
  }

  #isWaiting(node: PlannedNode): boolean {
    return !this.running.has(node) && !this.completed.has(node) && !this.closed.has(node);
  }

  #findReady(): void {
    for (const node of this.plan) {
      const isReady = node.parents.every((upstream) => this.completed.has(upstream));
      if (!isReady || !this.#isWaiting(node) || this.ready.has(node)) continue;
      this.ready.add(node);
      this.lookahead.ready(node);
    }
  }

  #start(node: PlannedNode): void {
    this.ready.delete(node);
    this.running.add(node);
    this.lookahead.started(node);
  }

  #end(node: PlannedNode, isCompleted: boolean): void {
    this.running.delete(node);
    if (isCompleted) this.completed.add(node);
    else this.#fail(node);
    this.#findReady();
  }

  #fail(node: PlannedNode): void {
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      this.closed.add(next);
      open.push(...next.children);
    }
    this.lookahead.forgetClosed();
  }
}

describe("the lookahead of any run", () => {
  test("names the nodes that a plain account of what is upcoming names, and never more than its size", () => {
    const steps = fc.array(fc.record({ dice: fc.nat(1000), looks: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(acyclicDags, fc.integer({ min: 1, max: 5 }), steps, (dag, size, moves) => {
        const run = new NaiveRun(planDag(dag, {}), size);
        for (const { dice, looks } of moves) {
          run.change(dice);
          if (looks) run.look();
          expect(run.waiting().length).toBeLessThanOrEqual(size);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
