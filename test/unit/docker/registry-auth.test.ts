import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCKER_HUB } from "../../../src/docker/image-reference.ts";
import { findRegistryAuth } from "../../../src/docker/registry-auth.ts";
import { temporaryDirectory } from "./temp-directory.ts";

const REGISTRY = "registry.example.com";
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Looks up with a Docker config, and with helper scripts on the PATH. */
const lookUp = async (config: unknown, registry: string, helpers: Readonly<Record<string, string>> = {}) => {
  await using directory = await temporaryDirectory();
  await directory.write("config.json", JSON.stringify(config));
  for (const [name, script] of Object.entries(helpers))
    await directory.write(`docker-credential-${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  const warnings: string[] = [];
  const environment = {
    DOCKER_CONFIG: directory.path,
    PATH: `${directory.path}:${dirname("/bin/sh")}:/usr/bin`,
  };
  const auth = await findRegistryAuth(registry, environment, { warn: (message) => warnings.push(message) });
  return { auth, warnings };
};

/** Answers with the server that it was asked for, so that the test sees what came over stdin. */
const ECHO = `[ "$1" = get ] || exit 9; read -r server; printf '{"ServerURL":"%s","Username":"me","Secret":"for %s"}' "$server" "$server"`;

describe("findRegistryAuth", () => {
  it("finds nothing where there is no Docker config", async () => {
    const environment = { DOCKER_CONFIG: "/nonexistent" };
    expect(await findRegistryAuth(REGISTRY, environment, { warn: () => undefined })).toBeUndefined();
  });

  it("decodes an entry of auths, a password with colons included", async () => {
    const { auth } = await lookUp({ auths: { [REGISTRY]: { auth: base64("me:a:b") } } }, REGISTRY);
    expect(auth).toEqual({ serveraddress: REGISTRY, username: "me", password: "a:b" });
  });

  it("takes an identity token of auths", async () => {
    const { auth } = await lookUp(
      { auths: { [REGISTRY]: { identitytoken: "t", auth: base64("me:") } } },
      REGISTRY,
    );
    expect(auth).toEqual({ serveraddress: REGISTRY, identitytoken: "t" });
  });

  it.each([`https://${REGISTRY}`, `https://${REGISTRY}/v2/`])("finds a registry filed as %s", async (key) => {
    const { auth } = await lookUp({ auths: { [key]: { auth: base64("me:pw") } } }, REGISTRY);
    expect(auth).toMatchObject({ password: "pw" });
  });

  it.each([DOCKER_HUB, "docker.io", "index.docker.io"])("finds Docker Hub filed as %s", async (key) => {
    const { auth } = await lookUp({ auths: { [key]: { auth: base64("me:pw") } } }, DOCKER_HUB);
    expect(auth).toEqual({ serveraddress: DOCKER_HUB, username: "me", password: "pw" });
  });

  it("asks the registry's own helper before the store and before auths", async () => {
    const config = {
      credHelpers: { [REGISTRY]: "own" },
      credsStore: "store",
      auths: { [REGISTRY]: { auth: base64("me:filed") } },
    };
    const { auth, warnings } = await lookUp(config, REGISTRY, { own: ECHO, store: "exit 1" });
    expect(auth).toEqual({ serveraddress: REGISTRY, username: "me", password: `for ${REGISTRY}` });
    expect(warnings).toEqual([]);
  });

  it("asks the store for every other registry, by the name Docker files it under", async () => {
    const config = { credHelpers: { [REGISTRY]: "own" }, credsStore: "store" };
    const { auth } = await lookUp(config, DOCKER_HUB, { store: ECHO });
    expect(auth).toMatchObject({ password: `for ${DOCKER_HUB}` });
  });

  it("takes an identity token of a helper", async () => {
    const script = `printf '{"Username":"<token>","Secret":"t"}'`;
    const { auth } = await lookUp({ credsStore: "store" }, REGISTRY, { store: script });
    expect(auth).toEqual({ serveraddress: REGISTRY, identitytoken: "t" });
  });

  it("warns of a helper that is not on the PATH, and goes on", async () => {
    const config = { credsStore: "gone", auths: { [REGISTRY]: { auth: base64("me:filed") } } };
    const { auth, warnings } = await lookUp(config, REGISTRY);
    expect(warnings).toEqual([expect.stringMatching(/docker-credential-gone.*not on the PATH/)]);
    expect(auth).toMatchObject({ password: "filed" });
  });

  it.each([
    ["fails", "echo locked; exit 1", /locked/],
    ["answers nonsense", "echo nonsense", /nonsense|JSON/],
    ["answers something else", "echo '{}'", /lacks Username/],
  ])("warns of a helper that %s", async (_case, script, words) => {
    const { auth, warnings } = await lookUp({ credsStore: "store" }, REGISTRY, { store: script });
    expect(auth).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(words)]);
  });

  it("says nothing of a helper that knows no such registry", async () => {
    const script = "echo 'credentials not found in native keychain'; exit 1";
    expect(await lookUp({ credsStore: "store" }, REGISTRY, { store: script })).toEqual({
      auth: undefined,
      warnings: [],
    });
  });
});
