type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Puts another method in the place of one, until it is disposed of: a switch for the bench that the product does without.
 * `make` is given the method itself.
 */
export const instead = <M extends Method>(
  prototype: object,
  name: string,
  make: (own: M) => M,
): Disposable => {
  const own = Reflect.get(prototype, name) as M | undefined;
  if (typeof own !== "function")
    throw new Error(`there is no method ${name} any more: this switch is broken`);
  Reflect.set(prototype, name, make(own));
  return { [Symbol.dispose]: () => void Reflect.set(prototype, name, own) };
};
