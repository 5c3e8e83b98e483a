/** Reads comma-separated lines without quoting: one record for each line below the header. */
export const parseCsv = (text: string): Record<string, string>[] => {
  const [header = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  return rows.map((cells) => Object.fromEntries(header.map((name, column) => [name, cells[column] ?? ""])));
};
