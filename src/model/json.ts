import * as z from "zod/mini";

/** A value that JSON carries unchanged. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export const Json = z.json() as z.ZodMiniType<Json>;
