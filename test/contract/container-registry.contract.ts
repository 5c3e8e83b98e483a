import { afterAll, beforeAll, describe } from "vitest";
import { type RegistryFixture, startRegistry } from "../fixtures/docker-registry.ts";
import type { MakeRegistry } from "./container-registry/fixture.ts";
import { describeKeeping } from "./container-registry/keeping.ts";
import { describeRefusals } from "./container-registry/refusals.ts";

/** The one suite of every container registry: everything that the port's docstrings promise, against a real one. */
export const containerRegistryContract = (name: string, make: MakeRegistry): void => {
  describe(`container registry: ${name}`, () => {
    let server: RegistryFixture | undefined;
    beforeAll(async () => {
      server = await startRegistry();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    const at = (): RegistryFixture => {
      if (!server) throw new Error("the registry is not started");
      return server;
    };
    describe("keeping images", () => describeKeeping(make, at));
    describe("refusals", () => describeRefusals(make, at));
  });
};
