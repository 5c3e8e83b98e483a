const GAP = String.raw`(?:\s|/\*[^]*?\*/|//[^\n]*\n)*`;
const SPECIFIER = new RegExp(
  String.raw`\b(?:from|import|require(?:\.resolve)?)${GAP}\(?${GAP}(?:"([^"\n]*)"|'([^'\n]*)'|` +
    "`([^`$]*)`)",
  "g",
);

/**
 * All that a module may import, by what a specifier can stand behind. It may find more, in comments and in texts: then
 * somewhere is looked in vain. Undefined for one that is written with an escape, which nobody does.
 */
export const specifiersIn = (code: string): ReadonlySet<string> | undefined => {
  const found = new Set<string>();
  for (const [, double, single, template] of code.matchAll(SPECIFIER)) {
    const specifier = double ?? single ?? template ?? "";
    if (specifier.includes("\\")) return undefined;
    found.add(specifier);
  }
  return found;
};
