import { expect, it } from "vitest";
import type { RegistryFixture } from "../../fixtures/docker-registry.ts";
import { type MakeRegistry, openRegistryTest, type RegistryAddress, RIGHT, WRONG } from "./fixture.ts";

interface Refusal {
  readonly title: string;
  readonly address: (server: RegistryFixture) => RegistryAddress;
  readonly reason: string;
  /** The way out. */
  readonly told: RegExp;
  /** A look-up is not refused. */
  readonly canFind?: boolean;
}

const REFUSALS: readonly Refusal[] = [
  {
    title: "one that wants a login, and gets none",
    address: ({ closed }) => ({ uri: closed }),
    ...{ reason: "unauthorized", told: /docker login 127\.0\.0\.1:\d+/ },
  },
  {
    title: "one that wants another login",
    address: ({ closed }) => ({ uri: `${closed}/team`, ...WRONG }),
    ...{ reason: "unauthorized", told: /another one.*give the stack's container registry a username/s },
  },
  {
    title: "one that is read-only",
    address: ({ readOnly }) => ({ uri: `${readOnly}/team` }),
    ...{ reason: "read_only", told: /takes no images/, canFind: true },
  },
  {
    title: "one that is down",
    address: () => ({ uri: "127.0.0.1:1/team", ...RIGHT }),
    ...{ reason: "unreachable", told: /See whether 127\.0\.0\.1:1 runs/ },
  },
  {
    title: "one that the engine wants TLS of, and which has none",
    address: ({ withoutTls }) => ({ uri: `${withoutTls}/team` }),
    ...{ reason: "tls", told: /insecure-registries/ },
  },
];

export const describeRefusals = (make: MakeRegistry, at: () => RegistryFixture): void => {
  it.each(REFUSALS)("$title is an error that names it, and nothing is changed", async (refusal) => {
    await using test = await openRegistryTest(make, { DOCKER_CONFIG: "/nowhere" });
    const { uri, ...login } = refusal.address(at());
    const registry = test.registry({ uri, ...login });
    const name = await test.image();
    const [host = ""] = uri.split("/");
    const error = {
      ...{ code: "registry_refused", reason: refusal.reason, registry: host },
      repository: expect.stringMatching(`^${uri}/`),
      message: expect.stringMatching(refusal.told),
    };
    if (refusal.canFind) expect(await registry.find(name)).toBeUndefined();
    else await expect(registry.find(name)).rejects.toMatchObject(error);
    await expect(registry.push(name)).rejects.toMatchObject(error);
    expect(await test.names()).toEqual([name]);
  });

  it("an image that the engine does not have is told as such", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const error = { code: "image_not_found", reason: "absent" };
    await expect(registry.push("stepdock/step:there-is-none")).rejects.toMatchObject(error);
  });

  it("a digest that the registry does not have is told as such", async () => {
    await using test = await openRegistryTest(make);
    const registry = test.registry({ uri: `${at().open}/team` });
    const name = await test.image();
    const { reference } = await registry.push(name);
    const other = `${reference.split("@")[0]}@sha256:${"0".repeat(64)}`;
    const error = { code: "image_not_found", reason: "refused" };
    await expect(registry.fetch(other, { name })).rejects.toMatchObject(error);
  });
};
