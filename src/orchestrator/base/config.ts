import * as z from "zod/mini";

/** Configuration that every orchestrator has; ZenML's `BaseOrchestratorConfig`. */
export const BaseOrchestratorConfig = z.strictObject({
  /** Whether results of earlier runs may be used. Default true. */
  enableCache: z._default(z.boolean(), true),
});
export type BaseOrchestratorConfig = z.infer<typeof BaseOrchestratorConfig>;

/** What an orchestrator is, as against how it is configured; ZenML has these as properties of the config. */
export interface OrchestratorTraits {
  /** Whether `run` returns only when the pipeline has ended. */
  readonly isSynchronous: boolean;
  readonly isSchedulable: boolean;
  /** Whether cached steps are told before anything is submitted. */
  readonly supportsClientSideCaching: boolean;
  /** Whether the backend itself tries failed steps again. */
  readonly handlesStepRetries: boolean;
}

export const LOCAL_TRAITS: OrchestratorTraits = {
  isSynchronous: true,
  isSchedulable: false,
  supportsClientSideCaching: true,
  handlesStepRetries: false,
};
