import { expect, test } from "vitest";
import { parseSetting, StepOptions } from "../../../src/compiler/check-options.ts";
import { checkServices } from "../../../src/compiler/check-services.ts";

const parse = (services: unknown) => () =>
  parseSetting(StepOptions, { settings: { services } }, 'Step "load"');

test("an unknown key of a service is refused with the path to it and the nearest that there is", () => {
  expect(parse({ db: { image: "i", healthchek: {} } })).toThrow(
    /no option "settings\.services\.db\.healthchek".*healthcheck/,
  );
  expect(parse({ db: { image: "i", healthcheck: { command: "x", retry: 3 } } })).toThrow(
    /no option "settings\.services\.db\.healthcheck\.retry".*retries/,
  );
});

test("a service has an image, and a name that can be a host's", () => {
  expect(parse({ db: {} })).toThrow(/settings\.services\.db\.image/);
  expect(parse({ My_DB: { image: "i" } })).toThrow(/services\.My_DB/);
  expect(parse({ "my-db": { image: "i", healthcheck: { command: ["pg_isready"] } } })()).toBeTruthy();
});

test("a step with services can be in no other network than theirs", () => {
  const services = { db: { image: "i" } };
  expect(() => checkServices({ services, network: "host" }, 'Step "load"')).toThrow(
    /"load" has services and .*"host"/,
  );
  expect(() => checkServices({ services, network: "bridge" }, "")).not.toThrow();
  expect(() => checkServices({ services }, "")).not.toThrow();
  expect(() => checkServices({ network: "host" }, "")).not.toThrow();
});
