import { EncodingError } from "../encoding-error.ts";

/** One part of a path: a property, an index, or words for what has neither, such as a key of a Map. */
export type Segment = string | number | { readonly label: string };

/**
 * Levels that a value may nest. V8's `JSON.stringify` overflows the stack at some 4,000, Python's `json.loads` at
 * 1,000, and one level of a Map is three of JSON.
 */
export const MAX_DEPTH = 500;

const PATH_ENDS = 40;

const render = (segment: Segment): string => {
  if (typeof segment === "number") return `[${segment}]`;
  if (typeof segment === "object") return `<${segment.label}>`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(segment)
    ? `.${segment}`
    : `[${JSON.stringify(segment)}]`;
};

const shorten = (path: string): string =>
  path.length <= 5 * PATH_ENDS ? path : `${path.slice(0, PATH_ENDS)} … ${path.slice(-PATH_ENDS)}`;

/** A depth-first walk through a value: knows where it is, and stops at cycles and at `MAX_DEPTH`. */
export class Walk<In, Out> {
  readonly #visit: (value: In, walk: Walk<In, Out>) => Out;
  readonly #ancestors: object[] = [];
  readonly #segments: Segment[] = [];

  constructor(visit: (value: In, walk: Walk<In, Out>) => Out) {
    this.#visit = visit;
  }

  root(value: In): Out {
    return this.#visit(value, this);
  }

  /** Visits what the innermost container holds at `segment`. */
  readonly child = (value: In, segment: Segment): Out => {
    this.#segments[this.#ancestors.length - 1] = segment;
    return this.#visit(value, this);
  };

  /** Runs `act` inside `container`. A walk that has thrown is of no more use. */
  inside<T>(container: object, act: () => T): T {
    if (this.#ancestors.includes(container)) throw this.#cycle(container);
    if (this.#ancestors.length === MAX_DEPTH) throw this.#tooDeep();
    this.#ancestors.push(container);
    const result = act();
    this.#ancestors.pop();
    return result;
  }

  error(problem: string, options?: ErrorOptions): EncodingError {
    return new EncodingError(this.#path(this.#ancestors.length), problem, options);
  }

  #path(depth: number): string {
    return shorten(`$${this.#segments.slice(0, depth).map(render).join("")}`);
  }

  #cycle(container: object): EncodingError {
    const target = this.#path(this.#ancestors.indexOf(container));
    return this.error(
      `leads back to ${target}: a value that contains itself cannot be stored. Store a copy without the ` +
        "back reference.",
    );
  }

  #tooDeep(): EncodingError {
    return this.error(
      `is nested deeper than ${MAX_DEPTH} levels, which JSON readers do not bear. Store a flat form, such as an ` +
        "array of nodes with indexes.",
    );
  }
}
