import { basename, dirname } from "node:path";
import { afterAll } from "vitest";
import { createLocalArtifactStore } from "../../src/artifact/local-artifact-store.ts";
import { openS3Store, startS3Server } from "../fixtures/s3-server.ts";
import { artifactStoreContract } from "./artifact-store.contract.ts";

const server = await startS3Server();
afterAll(() => server[Symbol.asyncDispose]());

artifactStoreContract("local", (root) => createLocalArtifactStore({ root }));
artifactStoreContract("s3", (root) => openS3Store(server, { root, prefix: basename(dirname(root)) }));
