import { expect, test } from "vitest";
import { buildArguments, environmentDockerfile } from "../../../src/image-builder/environment-dockerfile.ts";

const PLAIN = {
  ...{ parentImage: "my/parent:1", user: "", label: "LABEL x=y", aptPackages: [], variables: [] },
  npm: undefined,
};

const instructions = (recipe: Partial<Parameters<typeof environmentDockerfile>[0]>): string[] =>
  environmentDockerfile({ ...PLAIN, ...recipe })
    .trim()
    .split("\n")
    .map((line) => line.replace(/^(RUN \["node","-e").*/, "$1"));

test("an environment without packages is its parent, proven to have Node, and the entrypoint", () => {
  expect(instructions({})).toEqual([
    "FROM my/parent:1 AS system",
    "LABEL dev.stepdock.image=environment",
    'RUN ["node","-e"',
    "FROM system",
    "COPY entrypoint.mjs /stepdock/entrypoint.mjs",
    "LABEL x=y",
  ]);
});

test("packages are installed as root, and the parent's user comes back in the end", () => {
  const lines = instructions({ user: "app", aptPackages: ["git"] });
  expect(lines.indexOf("USER 0")).toBeLessThan(lines.findIndex((line) => line.includes("apt-get")));
  expect(lines.at(-1)).toBe("USER app");
});

test("npm is taken from the context, else from the parent, and only what it installed is kept", () => {
  const own = instructions({ npm: "context" });
  expect(own).toContain("COPY npm /stepdock-npm");
  expect(own.find((line) => line.includes('"ci"'))).toMatch(
    /^RUN \["node","\/stepdock-npm\/bin\/npm-cli\.js","ci"/,
  );
  const parents = instructions({ npm: "parent" });
  expect(parents.join("\n")).not.toContain("stepdock-npm");
  expect(parents.find((line) => line.includes('"ci"'))).toMatch(/^RUN \["npm","ci"/);
  const last = own.slice(own.lastIndexOf("FROM system"));
  expect(last).toContain("COPY --from=packages /stepdock/node_modules /stepdock/node_modules");
});

test("values of variables are never in the Dockerfile", () => {
  const lines = instructions({ variables: ["A", "B"] });
  expect(lines.filter((line) => /^(ARG|ENV)/.test(line))).toEqual([
    "ARG STEPDOCK_VALUE_0",
    "ARG STEPDOCK_VALUE_1",
    `ENV A=\${STEPDOCK_VALUE_0} B=\${STEPDOCK_VALUE_1}`,
  ]);
  expect(buildArguments(["x", "y"])).toEqual({ STEPDOCK_VALUE_0: "x", STEPDOCK_VALUE_1: "y" });
});
