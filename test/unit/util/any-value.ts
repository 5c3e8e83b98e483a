import fc from "fast-check";

const VIEWS: readonly (new (buffer: ArrayBuffer) => ArrayBufferView)[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

const text = fc.string({
  unit: fc.constantFrom("a", "é", "\0", "\u{1F600}", "\uD800", "\uDC00", "\uFEFF", '"', "\n"),
});

const bytes = fc.uint8Array({ maxLength: 32 }).chain((source) =>
  fc.oneof(
    fc.constant(Buffer.from(source)),
    fc.constant(source.slice().buffer),
    fc
      .constantFrom(...VIEWS)
      .map((View) => new View(new Uint8Array(Math.ceil(source.length / 8) * 8).fill(source[0] ?? 7).buffer)),
  ),
);

const leaf = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, Infinity, -Infinity, -0, 0, true, false),
  fc.double(),
  fc.bigInt(),
  text,
  fc.date({ noInvalidDate: false }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }).map((href) => new URL(href)),
  fc.constantFrom(/a+/giu, /[/\n]/, /(?<x>é)/v, Object.assign(/a/g, { lastIndex: 3 })),
  bytes,
);

const key = fc.oneof(
  text,
  fc.constantFrom("$stepdock", "__proto__", "constructor", "toString", "value", "length", "0", "7"),
);

const errorOf = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<Error> =>
  fc
    .tuple(fc.constantFrom(Error, TypeError, RangeError), text, fc.option(inner), fc.option(text))
    .map(([Type, message, cause, code]) => {
      const error = cause === null ? new Type(message) : new Type(message, { cause });
      return code === null ? error : Object.assign(error, { code, name: `${Type.name}!` });
    });

const setOwn = (target: object, entries: readonly (readonly [string, unknown])[]): object => {
  for (const [name, value] of entries) {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return target;
};

const sparse = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
  fc.array(fc.tuple(fc.nat(20), inner), { maxLength: 4 }).map((entries) => {
    const array: unknown[] = [];
    for (const [index, value] of entries) array[index] = value;
    return array;
  });

/** Every kind of value that the tagged encoding carries, nested in every kind of container. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => {
  const inner = tie("value");
  const entries = fc.uniqueArray(fc.tuple(key, inner), { maxLength: 5, selector: ([name]) => name });
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(inner, { maxLength: 5 }),
      sparse(inner),
      fc
        .tuple(fc.array(inner, { maxLength: 3 }), inner)
        .map(([array, columns]) => Object.assign(array, { columns })),
      entries.map((own) => setOwn({}, own)),
      entries.map((own) => setOwn(Object.create(null), own)),
      fc.array(fc.tuple(inner, inner), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      fc.array(inner, { maxLength: 4 }).map((items) => new Set(items)),
      errorOf(inner),
    ),
  };
}).value;
