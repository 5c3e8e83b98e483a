import type { Flavor } from "../../stack/component.ts";
import type { ComponentServices } from "../../stack/services.ts";
import type { BaseOrchestrator } from "./base-orchestrator.ts";
import type { BaseOrchestratorConfig } from "./config.ts";

/** A kind of orchestrator: how it is configured and made. ZenML's `BaseOrchestratorFlavor`. */
export interface BaseOrchestratorFlavor<
  Orchestrator extends BaseOrchestrator<Config>,
  Config extends BaseOrchestratorConfig,
> extends Flavor<Orchestrator, Config, ComponentServices> {
  readonly type: "orchestrator";
}
