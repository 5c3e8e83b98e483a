import { engineWords, errorCodeOf } from "./request-failure.ts";

/** Why an endpoint cannot be used, as far as the way out differs. */
export type FailureKind = "absent" | "refused" | "forbidden" | "tls" | "timeout" | "hung_up" | "other";

/** Seconds that an engine has to answer a ping. */
export const PING_SECONDS = 5;

const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
  ENOENT: "absent",
  ENOTDIR: "absent",
  ENOTFOUND: "absent",
  ECONNREFUSED: "refused",
  EACCES: "forbidden",
  EPERM: "forbidden",
  ETIMEDOUT: "timeout",
  ECONNRESET: "hung_up",
  EPIPE: "hung_up",
  EPROTO: "tls",
};

const TLS_WORDS = /certificate|_CERT|HTTP request to an HTTPS server|\b(?:TLS|SSL)\b|ERR_(?:TLS|SSL)/i;

export const failureKindOf = (cause: unknown): FailureKind => {
  const code = errorCodeOf(cause) ?? "";
  if (cause instanceof Error && cause.name === "TimeoutError") return "timeout";
  return KIND_BY_CODE[code] ?? (TLS_WORDS.test(`${code} ${engineWords(cause)}`) ? "tls" : "other");
};

/** The reason in a few words, for one line of a list. */
export const failureText = (cause: unknown): string => {
  switch (failureKindOf(cause)) {
    case "absent":
      return errorCodeOf(cause) === "ENOTFOUND" ? "no host of that name" : "nothing there";
    case "refused":
      return "nothing listens there";
    case "forbidden":
      return "permission denied";
    case "timeout":
      return `no answer within ${PING_SECONDS} seconds`;
    case "hung_up":
      return "it hung up without an answer";
    case "tls":
      return tlsReason(cause);
    default:
      return engineWords(cause);
  }
};

/** OpenSSL's message is full of codes and its own source files: `…:SSL routines:function:reason:file:line:`. */
const tlsReason = (cause: unknown): string => {
  const words = engineWords(cause);
  return /:SSL routines:[^:]*:([^:]+):/.exec(words)?.[1] ?? words;
};
