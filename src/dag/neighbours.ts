/** Receives each warning as one sentence. The default everywhere is `process.emitWarning`. */
export type OnWarning = (message: string) => void;

export interface WarningOptions {
  readonly onWarning?: OnWarning | undefined;
}

export const emitWarning: OnWarning = (message) => process.emitWarning(message);

/** Whose neighbours are looked at, for the words of a warning. */
export interface NeighbourContext {
  readonly nodeId: string;
  readonly role: "parent" | "child";
  readonly onWarning: OnWarning;
}

/** So many are searched faster than a set of them is made. */
const FEW = 16;

/** What `known` has for each of `ids`, each once. Unknown and repeated ids are left out with a warning, as in ZenML. */
export const knownNeighbours = <V>(
  ids: readonly string[],
  known: ReadonlyMap<string, V>,
  { nodeId, role, onWarning }: NeighbourContext,
): V[] => {
  const found: V[] = [];
  const seen = ids.length > FEW ? new Set<V>() : undefined;
  for (const id of ids) {
    const neighbour = known.get(id);
    if (neighbour === undefined) {
      onWarning(`Node "${nodeId}" names the ${role} "${id}", which is no node: ignored.`);
    } else if (seen?.has(neighbour) ?? found.includes(neighbour)) {
      onWarning(`Node "${nodeId}" names the ${role} "${id}" more than once: ignored.`);
    } else {
      found.push(neighbour);
      seen?.add(neighbour);
    }
  }
  return found;
};
