import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openConnection } from "../../../src/docker/dockerode-client.ts";

test("inspecting a request's options, as docker-modem does each time, does not follow its agent", () => {
  using connection = openConnection({ source: "test", url: "unix:///nowhere.sock", explicit: true });
  const { agent } = connection.docker.modem as unknown as { agent: object };
  expect(inspect({ agent }, { showHidden: true, depth: null })).toBe("{ agent: [Agent] }");
});
