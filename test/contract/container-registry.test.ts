import * as z from "zod/mini";
import { defaultContainerRegistryFlavor } from "../../src/container-registry/default-container-registry.ts";
import { containerRegistryContract } from "./container-registry.contract.ts";

const { create, configSchema } = defaultContainerRegistryFlavor;

containerRegistryContract("default", (address, services) =>
  create({ name: "team", id: "team", config: z.parse(configSchema, address) }, services),
);
