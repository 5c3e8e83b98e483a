/** Every class whose values are a run of bytes; a Buffer is its own class, since its methods differ. */
export type Binary = ArrayBuffer | ArrayBufferView;

interface BinaryType {
  readonly name: string;
  readonly prototype: object;
  readonly from: (buffer: ArrayBuffer) => Binary;
}

type ViewConstructor = { readonly name: string; readonly prototype: object } & (new (
  buffer: ArrayBuffer,
) => ArrayBufferView);

const VIEWS: readonly ViewConstructor[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  (globalThis as unknown as { Float16Array: ViewConstructor }).Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** By the name that is written. Numbers keep the byte order of the machine: little-endian wherever Node runs. */
export const BINARY_TYPES: readonly BinaryType[] = [
  { name: "ArrayBuffer", prototype: ArrayBuffer.prototype, from: (buffer) => buffer },
  { name: "Buffer", prototype: Buffer.prototype, from: (buffer) => Buffer.from(buffer) },
  ...VIEWS.map((type) => ({
    name: type.name,
    prototype: type.prototype,
    from: (buffer: ArrayBuffer) => new type(buffer),
  })),
];

/** The class of a value whose bytes are all there is to it; subclasses are not. */
export const binaryTypeOf = (value: unknown): BinaryType | undefined =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? BINARY_TYPES.find(({ prototype }) => prototype === Object.getPrototypeOf(value))
    : undefined;

/** The bytes that a value shows, not copied. */
export const bytesOf = (value: Binary): Buffer =>
  ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);

/** A value of the named class, in memory of its own that has the right alignment and no fixed pool behind it. */
export const binaryFrom = (name: string, bytes: Uint8Array): Binary => {
  const type = BINARY_TYPES.find((candidate) => candidate.name === name);
  if (type === undefined) throw new TypeError(`'${name}' is no class of bytes`);
  return type.from(new Uint8Array(bytes).buffer);
};
