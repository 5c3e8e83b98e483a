/** Sets an own property, also for `__proto__`, where assignment would set the prototype. */
export const setOwn = (target: object, key: string, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
};

/** Maps the items; the array itself where no item changed, so that plain data is never copied. */
export const mapArray = <T, U>(
  array: readonly T[],
  map: (item: T, index: number) => U,
): readonly (T | U)[] => {
  let copy: (T | U)[] | undefined;
  for (let index = 0; index < array.length; index++) {
    const before = array[index] as T;
    const after = map(before, index);
    if (copy !== undefined) copy.push(after);
    else if (!Object.is(after, before)) copy = [...array.slice(0, index), after];
  }
  return copy ?? array;
};

/** Maps the own enumerable properties; the object itself where none changed. */
export const mapRecord = <T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Readonly<Record<string, T | U>> => {
  const keys = Object.keys(record);
  let copy: Record<string, T | U> | undefined;
  for (const [index, key] of keys.entries()) {
    const before = record[key] as T;
    const after = map(before, key);
    if (copy === undefined && !Object.is(after, before)) {
      copy = Object.fromEntries(keys.slice(0, index).map((earlier) => [earlier, record[earlier] as T]));
    }
    if (copy !== undefined) setOwn(copy, key, after);
  }
  return copy ?? record;
};
