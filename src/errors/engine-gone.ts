import { isStepdockError } from "./error.ts";

/** Whether this was thrown for want of an engine that answers, which says nothing about what it was asked for. */
export const isEngineGone = (error: unknown): boolean =>
  error instanceof SuppressedError
    ? isEngineGone(error.suppressed)
    : isStepdockError(error) && error.code === "engine_unavailable";
