/** Rows that one INSERT takes: 21 columns of 500 step runs stay below SQLite's 32,766 parameters. */
const CHUNK = 500;

/** Calls `insert` with at most `CHUNK` rows at a time, and never with none, which would be no SQL. */
export const inChunks = <Row>(rows: readonly Row[], insert: (chunk: readonly Row[]) => void): void => {
  for (let start = 0; start < rows.length; start += CHUNK) insert(rows.slice(start, start + CHUNK));
};
