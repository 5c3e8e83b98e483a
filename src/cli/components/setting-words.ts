import { UsageError } from "../errors.ts";

/** `--key=value` words, as they are left by what the command itself takes; the last one of a key counts. @throws UsageError */
export const settingsOf = (words: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    words.map((word) => {
      const [, key, value] = /^--([A-Za-z][\w-]*)=(.*)$/s.exec(word) ?? [];
      if (key !== undefined && value !== undefined) return [key, value];
      throw new UsageError(`"${word}" is no setting of the component: write it as --key=value.`);
    }),
  );
