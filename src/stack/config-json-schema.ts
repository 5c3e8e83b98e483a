import * as z from "zod/mini";
import type { AnyFlavor } from "./flavor-registry.ts";

/** What a flavor's configuration takes, as JSON schema. Apart from what every run loads: it is large. */
export const configJsonSchema = ({ configSchema }: Pick<AnyFlavor, "configSchema">) =>
  z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
