import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  DefaultContainerRegistryConfig as Config,
  defaultContainerRegistryFlavor,
} from "../../../src/container-registry/default-container-registry.ts";

const issues = (config: unknown): string =>
  (z.safeParse(Config, config).error?.issues ?? [])
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join("; ");

describe("the configuration of a container registry", () => {
  it.each([
    "ghcr.io/acme",
    "127.0.0.1:5000",
    "localhost/team",
    "registry:5000/a/b-c/d__e",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
  ])("takes the uri %s", (uri) => {
    expect(z.parse(Config, { uri })).toEqual({ uri, repository: "stepdock" });
  });

  it.each([
    "https://ghcr.io/acme",
    "ghcr.io/Acme",
    "ghcr.io/acme/",
    "acme",
    "ghcr.io/acme:1",
    "",
    "r.example:port",
  ])("refuses the uri %j", (uri) => {
    expect(issues({ uri })).toMatch(/^uri: it takes host\[:port\]\[\/path\]/);
  });

  it("takes a password as a reference only, and repeats no value", () => {
    const uri = "ghcr.io/acme";
    const given = issues({ uri, username: "me", password: "hunter2" });
    expect(given).toMatch(/password: it is a secret.*\{\{secret\.NAME\}\}/);
    expect(given).not.toContain("hunter2");
    expect(issues({ uri, username: "me", password: "{{secret.TOKEN}}" })).toBe("");
    expect(issues({ uri, username: "me" })).toMatch(/username and password go together/);
    expect(z.safeParse(Config, { uri, user: "me" }).error?.issues).toMatchObject([{ keys: ["user"] }]);
  });

  it("connects to nothing when the component is made", () => {
    const services = { engine: () => expect.unreachable(), secrets: { get: () => expect.unreachable() } };
    const config = z.parse(Config, { uri: "ghcr.io/acme" });
    const registry = defaultContainerRegistryFlavor.create({ name: "team", id: "1", config }, services);
    expect(registry).toMatchObject({ type: "container_registry", flavor: "default", uri: "ghcr.io/acme" });
  });
});
