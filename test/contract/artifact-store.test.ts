import { createLocalArtifactStore } from "../../src/artifact/local-artifact-store.ts";
import { artifactStoreContract } from "./artifact-store.contract.ts";

artifactStoreContract("local", (root) => createLocalArtifactStore({ root }));
