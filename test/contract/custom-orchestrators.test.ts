import { documentedFiles } from "../fixtures/documented-code.ts";
import { orchestratorContract } from "./orchestrator.contract.ts";

// One that has its steps run elsewhere, in containers: the one that the docs write.
orchestratorContract("mine", documentedFiles("custom-orchestrators.md"));
