export {
  type ContractOptions,
  orchestratorContract,
  type TestRunner,
} from "./contract/orchestrator-contract.ts";
