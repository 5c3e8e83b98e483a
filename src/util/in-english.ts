import * as z from "zod/mini";

/** Options of `z.parse`: zod/mini has no words of its own, and says "Invalid input" of everything. */
export const inEnglish = () => ({ error: z.locales.en().localeError });
