import { describe, expect, test } from "vitest";
import type { Invocation } from "../../../src/model/index.ts";
import { type CacheKeyFacts, generateCacheKey } from "../../../src/step-launcher/cache-utils.ts";

const invocation: Invocation = {
  id: "train",
  stepName: "train",
  source: "src/steps.ts#train",
  codeHash: "c0de",
  upstreams: ["load"],
  inputs: {
    days: { kind: "artifact", invocation: "load", output: "days" },
    epochs: { kind: "parameter", value: 3 },
  },
  outputs: { model: { materializer: "auto", type: "object" } },
  environment: { TZ: "UTC" },
  settings: {},
  externals: [],
};

const facts: CacheKeyFacts = {
  workspaceId: "w",
  artifactStoreId: "w/default",
  invocation,
  environment: { key: "env", ingredients: { parent: "sha256:1" } },
  inputs: { days: { contentHash: "d4", materializer: "json" } },
};

const keyWith = (change: Partial<Invocation>, others: Partial<CacheKeyFacts> = {}) =>
  generateCacheKey({ ...facts, ...others, invocation: { ...invocation, ...change } }).key;

const { key } = generateCacheKey(facts);

describe("a cache key", () => {
  const changing: [string, string][] = [
    ["the workspace", keyWith({}, { workspaceId: "x" })],
    ["the artifact store", keyWith({}, { artifactStoreId: "w/other" })],
    ["the step's name", keyWith({ stepName: "fit" })],
    ["the step's source", keyWith({ source: "src/other.ts#train" })],
    ["the code", keyWith({ codeHash: "c0ffee" })],
    ["the environment", keyWith({}, { environment: { key: "other", ingredients: {} } })],
    ["a variable", keyWith({ environment: { TZ: "CET" } })],
    ["a further variable", keyWith({ environment: { TZ: "UTC", A: "" } })],
    ["a parameter", keyWith({ inputs: { ...invocation.inputs, epochs: { kind: "parameter", value: 4 } } })],
    [
      "a parameter's type",
      keyWith({ inputs: { ...invocation.inputs, epochs: { kind: "parameter", value: "3" } } }),
    ],
    [
      "the content of an input",
      keyWith({}, { inputs: { days: { contentHash: "d5", materializer: "json" } } }),
    ],
    [
      "the materializer of an input",
      keyWith({}, { inputs: { days: { contentHash: "d4", materializer: "text" } } }),
    ],
    ["the names of its secrets", keyWith({ secrets: ["API_KEY"] })],
    ["the name of an output", keyWith({ outputs: { net: { materializer: "auto", type: "object" } } })],
    [
      "the materializer of an output",
      keyWith({ outputs: { model: { materializer: "bytes", type: "object" } } }),
    ],
    ["a volume", keyWith({ settings: { run: { volumes: { "/data": { source: "data" } } } } })],
    ["a host", keyWith({ settings: { run: { extraHosts: { db: "10.0.0.1" } } } })],
    ["a device", keyWith({ settings: { run: { devices: ["/dev/fuse"] } } })],
    ["a custom ingredient", keyWith({ cachePolicy: { custom: { version: 1 } } })],
  ];
  test.each(changing)("changes with %s", (_, changed) => {
    expect(changed).not.toBe(key);
  });

  const keeping: [string, string][] = [
    ["the invocation's id", keyWith({ id: "train_2" })],
    ["retries", keyWith({ retry: { maxRetries: 5 } })],
    ["the timeout", keyWith({ timeout: 5 })],
    ["resource limits", keyWith({ settings: { resources: { memory: "1GB" } } })],
    [
      "limits of its run",
      keyWith({ settings: { run: { ulimits: { nofile: 9 }, shmSize: "1GB", tmpfs: {} } } }),
    ],
    [
      "ports, sysctls and capabilities",
      keyWith({ settings: { run: { ports: { "80": 80 }, capAdd: ["CHOWN"] } } }),
    ],
    ["the network", keyWith({ settings: { network: "bridge" } })],
    [
      "the invocation that an input comes from",
      keyWith({
        inputs: { ...invocation.inputs, days: { kind: "artifact", invocation: "other", output: "x" } },
      }),
    ],
    [
      "the displayed type of an output",
      keyWith({ outputs: { model: { materializer: "auto", type: "unknown" } } }),
    ],
    ["the order of variables", keyWith({ environment: { TZ: "UTC" } })],
    ["how long it is valid", keyWith({ cachePolicy: { expiresAfter: 60 } })],
  ];
  test.each(keeping)("does not change with %s", (_, changed) => {
    expect(changed).toBe(key);
  });

  test("leaves out what the cache policy excludes", () => {
    const cachePolicy = {
      includeStepCode: false,
      includeStepParameters: false,
      includeArtifactValues: false,
      includeEnvironment: false,
    };
    const { ingredients } = generateCacheKey({ ...facts, invocation: { ...invocation, cachePolicy } });
    expect(Object.keys(ingredients).sort()).toEqual(["artifact_store", "output model", "step", "workspace"]);
  });

  test("leaves out ignored inputs, parameters and artifacts alike", () => {
    const cachePolicy = { ignoredInputs: ["days", "epochs"] };
    const { ingredients } = generateCacheKey({ ...facts, invocation: { ...invocation, cachePolicy } });
    expect(Object.keys(ingredients).filter((name) => /^(input|parameter) /.test(name))).toEqual([]);
  });

  test("names each ingredient, so that the one that changed can be told", () => {
    expect(Object.keys(generateCacheKey(facts).ingredients).sort()).toEqual([
      "artifact_store",
      "code",
      "environment",
      "environment parent",
      "input days",
      "output model",
      "parameter epochs",
      "step",
      "variable TZ",
      "workspace",
    ]);
  });

  test("names what of the container's run it depends on", () => {
    const run = { volumes: { "/data": { source: "d", readOnly: false } }, extraHosts: { db: "10.0.0.1" } };
    const { ingredients } = generateCacheKey({ ...facts, invocation: { ...invocation, settings: { run } } });
    expect(ingredients).toMatchObject({ "volume /data": "d, writable", "host db": "10.0.0.1" });
  });
});
