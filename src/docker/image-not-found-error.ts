import { StepdockError } from "../errors/error.ts";
import { engineWords } from "./request-failure.ts";

/** `absent`: not in the engine; `refused`: the registry has none, or not for you; `unreachable`: no registry answered. */
export type NotFoundReason = "absent" | "refused" | "unreachable";

/** An image that a run needs cannot be had. */
export class ImageNotFoundError extends StepdockError {
  readonly code = "image_not_found";
  readonly reference: string;
  readonly reason: NotFoundReason;

  constructor(reference: string, reason: NotFoundReason, cause?: unknown) {
    super(MESSAGES[reason](reference, cause === undefined ? "" : engineWords(cause)), { cause });
    this.reference = reference;
    this.reason = reason;
  }
}

const MESSAGES: Readonly<Record<NotFoundReason, (reference: string, words: string) => string>> = {
  absent: (reference) =>
    `The engine has no image ${reference}. Build it, or pull it with \`docker pull ${reference}\`.`,
  refused: (reference, words) =>
    `Cannot pull image ${reference}: the registry has none of that name, or not for you (${words}). Check its spelling; if it is private, log in with \`docker login\`.`,
  unreachable: (reference, words) =>
    `Cannot pull image ${reference}: its registry cannot be reached (${words}). Check the network of the engine, or bring the image by other means, such as \`docker load\`.`,
};

const UNREACHABLE =
  /dial tcp|no such host|i\/o timeout|connection (?:refused|reset)|network is unreachable|handshake timeout|Client\.Timeout|proxyconnect|x509:|context deadline exceeded/i;
const REFUSED =
  /manifest unknown|not found|no matching manifest|denied|unauthorized|authentication required|no basic auth|does not exist/i;

/** Why a registry did not give an image, undefined where `cause` is of another kind. */
export const notFoundReasonOf = (cause: unknown): Exclude<NotFoundReason, "absent"> | undefined => {
  const words = engineWords(cause);
  if (UNREACHABLE.test(words)) return "unreachable";
  return REFUSED.test(words) ? "refused" : undefined;
};
