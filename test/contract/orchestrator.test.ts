import { orchestratorContract } from "./orchestrator.contract.ts";

orchestratorContract("local");
orchestratorContract("local_docker");
orchestratorContract("local_package");
