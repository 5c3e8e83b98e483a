import { describe } from "vitest";
import type { OpenArtifactStore } from "./artifact-store/fixture.ts";
import { describeHashing } from "./artifact-store/hashing.ts";
import { describeKeeping } from "./artifact-store/keeping.ts";
import { describePlaces } from "./artifact-store/places.ts";
import { describeRemoving } from "./artifact-store/removing.ts";
import { describeVerifying } from "./artifact-store/verifying.ts";

/** The one suite of every artifact store: everything that the port's docstrings promise. */
export const artifactStoreContract = (name: string, open: OpenArtifactStore): void => {
  describe(`artifact store: ${name}`, () => {
    describe("places", () => describePlaces(open));
    describe("hashes and stamps", () => describeHashing(open));
    describe("verification", () => describeVerifying(open));
    describe("keeping", () => describeKeeping(open));
    describe("removal", () => describeRemoving(open));
  });
};
