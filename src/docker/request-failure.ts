/** HTTP status of an error from dockerode or of ours, undefined where the engine gave no answer. */
export const statusCodeOf = (error: unknown): number | undefined => {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
};

/** The system's error code (`ECONNREFUSED`), undefined where there is none. */
export const errorCodeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
};

/** The engine's own words, without the status that docker-modem puts before them. */
export const engineWords = (cause: unknown): string => {
  const text = cause instanceof Error ? cause.message || errorCodeOf(cause) : String(cause);
  return (text ?? "no reason given").replace(/^\(HTTP code \d+\) .*? - /s, "").trim();
};

const LOST = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH"]);

/** Whether the request failed for want of an engine at the other end. */
export const lostEngine = (error: unknown): boolean => {
  const code = errorCodeOf(error);
  const noSocket = code === "ENOENT" && (error as { syscall?: unknown }).syscall === "connect";
  return noSocket || LOST.has(code ?? "");
};
