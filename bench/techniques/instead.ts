type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Puts another method in the place of one, until it is disposed of: a switch for the bench that the product does without.
 * `make` is given the method itself.
 *
 * @throws where there is no such method any more, or, at the end, where nobody called it: nothing was switched then
 */
export const instead = <M extends Method>(
  prototype: object,
  name: string,
  make: (own: M) => M,
): Disposable => {
  const own = Reflect.get(prototype, name) as M | undefined;
  if (typeof own !== "function")
    throw new Error(`there is no method ${name} any more: this switch is broken`);
  const other = make(own);
  let isCalled = false;
  Reflect.set(prototype, name, function (this: unknown, ...args: never[]) {
    isCalled = true;
    return other.apply(this, args);
  });
  return {
    [Symbol.dispose]: () => {
      Reflect.set(prototype, name, own);
      if (!isCalled) throw new Error(`nobody calls the method ${name} any more: this switch is broken`);
    },
  };
};
