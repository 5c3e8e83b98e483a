interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Whether something thrown has the shape of a zod error, of whichever copy of zod. */
export const isParseError = (thrown: unknown): thrown is { readonly issues: readonly Issue[] } =>
  typeof thrown === "object" && thrown !== null && Array.isArray((thrown as { issues?: unknown }).issues);

const MAX_ISSUES = 20;

/** `at days[3].rain: `; nothing for the value itself. */
const at = (path: readonly PropertyKey[]): string => {
  const keys = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return path.length === 0 ? "" : `at ${keys.join("").replace(/^\./, "")}: `;
};

/** The issues of a zod error, a line each, with the path of the offending value; the message of any other error. */
export const describeParseError = (error: unknown): string => {
  if (!isParseError(error)) return error instanceof Error ? error.message : String(error);
  const lines = error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => `${at(path)}${message.replace(/^Invalid (?:input|option): /, "")}`);
  const rest = error.issues.length - lines.length;
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
};
