import { expect, test } from "vitest";
import type { ServiceSettings } from "../../../src/model/index.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { withServices } from "../../../src/orchestrator/containerized/service-identity.ts";
import { serviceSpec, servicesOf } from "../../../src/orchestrator/containerized/service-spec.ts";

const FACTS = {
  ...{ workspaceId: "w", runId: "r", stepRunId: "0123456789ab", pipelineName: "p", invocationId: "load" },
  ...{ name: "db", network: "stepdock-p-load-01234567", pidsLimit: 100 },
};
const DB = { image: "postgres:17", environment: { PASSWORD: "one" } } satisfies ServiceSettings;

const identityWith = (services: Record<string, ServiceSettings>, contents: Record<string, string> = {}) =>
  withServices(
    { key: "environment", ingredients: { parent: "p" } },
    { settings: { services } },
    async (image) => contents[image] ?? `content of ${image}`,
  );

test("a step without services has the environment key that it had", async () => {
  expect(await identityWith({})).toEqual({ key: "environment", ingredients: { parent: "p" } });
});

test("an image of the same content under another name is the same environment", async () => {
  const contents = { "postgres:17": "same", "mirror/postgres:17": "same" };
  const one = await identityWith({ db: DB }, contents);
  const other = await identityWith({ db: { ...DB, image: "mirror/postgres:17" } }, contents);
  expect(other).toEqual(one);
});

test.each<[string, Partial<ServiceSettings>, string]>([
  ["image", { image: "postgres:18" }, "service db image"],
  ["command", { command: ["postgres", "-c", "fsync=off"] }, "service db"],
  ["a variable", { environment: { PASSWORD: "two" } }, "service db"],
  ["user", { user: "999" }, "service db"],
])("another %s of a service is another environment, and the ingredient is named", async (_, change, name) => {
  const before = await identityWith({ db: DB });
  const after = await identityWith({ db: { ...DB, ...change } });
  expect(after.key).not.toBe(before.key);
  const changed = Object.keys(after.ingredients).filter(
    (key) => after.ingredients[key] !== before.ingredients[key],
  );
  expect(changed).toEqual([name]);
});

test("another health check or limit of a service is the same environment", async () => {
  const change = { healthcheck: { command: "true", interval: 3 }, startTimeout: 5 };
  expect(await identityWith({ db: { ...DB, ...change } })).toEqual(await identityWith({ db: DB }));
});

test("no value of a service's variables is in its environment in the clear", async () => {
  const identity = await identityWith({ db: { image: "i", environment: { PASSWORD: "kept to itself" } } });
  expect(JSON.stringify(identity)).not.toContain("kept to itself");
});

test("a service's container is found by its name, gains no rights, and is labelled as the attempt's", () => {
  expect(serviceSpec(DB, FACTS)).toMatchObject({
    ...{ network: FACTS.network, networkAliases: ["db"], noNewPrivileges: true, pidsLimit: 100 },
    labels: { [LABEL.runId]: "r", [LABEL.stepRunId]: FACTS.stepRunId, [LABEL.service]: "db" },
  });
});

test("the engine asks the image's own check each second, and as the settings say where they have one", () => {
  expect(serviceSpec(DB, FACTS).healthcheck).toEqual({ intervalSeconds: 1, startPeriodSeconds: 60 });
  const healthcheck = { command: "pg_isready", retries: 5, startPeriod: 0 };
  expect(serviceSpec({ ...DB, healthcheck, startTimeout: 9 }, FACTS).healthcheck).toEqual({
    ...{ test: ["CMD-SHELL", "pg_isready"], intervalSeconds: 1, timeoutSeconds: 5 },
    ...{ startPeriodSeconds: 0, retries: 5 },
  });
});

test("hooks that are called alone get no services", () => {
  const invocation = { settings: { services: { db: DB } } };
  expect(servicesOf({ invocation, assignment: {} })).toEqual({ db: DB });
  expect(servicesOf({ invocation, assignment: { hook: { names: ["onEnd"] } } })).toBeUndefined();
});
