/** Flavors as a user writes them. */
export const OWN_FLAVORS = `
import { LocalOrchestrator, LocalOrchestratorConfig, secretReference } from "stepdock/orchestrators";
import * as z from "zod";

const make = (identity, services) => new LocalOrchestrator(identity, services);
export const quiet = { name: "quiet", type: "orchestrator", configSchema: LocalOrchestratorConfig, create: make };
export const guarded = {
  name: "guarded",
  type: "orchestrator",
  configSchema: z.strictObject({ enableCache: z.boolean().default(true), token: secretReference(), label: z.string().optional() }),
  docsUrl: "https://example.org/guarded",
  create: make,
};
export const store = { name: "mirror", type: "artifact_store", configSchema: z.strictObject({}), create: () => ({}) };
export const nothing = 3;
export const lax = { name: "lax", type: "orchestrator", configSchema: z.object({ token: z.string() }), create: make };
export const nameless = { type: "orchestrator", configSchema: z.strictObject({}), create: make };
`;
