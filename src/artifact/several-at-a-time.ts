/** Measured with 4,000 small files that are made durable: one after the other takes about three times as long. */
const AT_ONCE = 8;

/**
 * Works through items a few at a time, and returns the results in their order. Where one fails, no other is begun, and the
 * first failure is thrown when nothing is under way any more.
 *
 * @param worker called once for each of those that work at the same time, so that it may hold something for its items
 */
export const severalAtATime = async <Item, Result>(
  items: readonly Item[],
  worker: () => (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results = new Array<Result>(items.length);
  const failures: unknown[] = [];
  let next = 0;
  const goOn = async (): Promise<void> => {
    const work = worker();
    for (let index = next++; index < items.length && failures.length === 0; index = next++) {
      results[index] = await work(items[index] as Item);
    }
  };
  const fail = (error: unknown) => void failures.push(error);
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, () => goOn().catch(fail)));
  if (failures.length > 0) throw failures[0];
  return results;
};
