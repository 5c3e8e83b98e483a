import type { Row } from "./measure/row.ts";

/** How the bench ends: what a CI job sees. */
export const EXIT = { good: 0, tooMuch: 1, broken: 2 } as const;

/** The rows that are worse than their bound by more than the noise. */
export const tooMuch = (rows: readonly Row[]): readonly Row[] =>
  rows.filter(({ verdict }) => verdict === "too much");

/** A smoke test measures nothing, so that nothing of it can be too much. */
export const exitCodeOf = (rows: readonly Row[], { smoke }: { readonly smoke: boolean }): number =>
  tooMuch(rows).length > 0 && !smoke ? EXIT.tooMuch : EXIT.good;
