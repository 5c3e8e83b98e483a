import { expect, test } from "vitest";
import { parseSetting, StepOptions } from "../../../src/compiler/check-options.ts";
import { checkSettings } from "../../../src/compiler/check-settings.ts";
import type { StepSettings } from "../../../src/model/index.ts";

const parse = (settings: unknown) => parseSetting(StepOptions, { settings }, 'Step "train"').settings ?? {};

test("everything that can be set is taken as it is", () => {
  const settings: StepSettings = {
    docker: {
      ...{ dockerfile: "Dockerfile", buildContextRoot: ".", dockerignore: "ignore", user: "1000:node" },
      ...{
        buildOptions: { args: { A: "1" }, target: "tools" },
        aptPackages: ["git"],
        npmPackages: ["sharp"],
      },
      ...{ copyFiles: { "/data/a.csv": "a.csv" }, environment: { TZ: "UTC" }, platform: "linux/arm64" },
      ...{ preventBuildReuse: true, buildNetwork: "host" },
    },
    run: {
      volumes: { "/data": { source: "./data" }, "/cache": { source: "npm", readOnly: false } },
      ...{ network: "bridge", extraHosts: { db: "10.0.0.1" }, ports: { "80": 8080, "53/udp": "0.0.0.0:53" } },
      ...{ shmSize: "1GiB", ulimits: { nofile: 1024, core: { soft: 0, hard: -1 } } },
      ...{ tmpfs: { "/scratch": { size: "1GB", exec: true } }, devices: ["/dev/fuse", "/dev/a:/dev/b:rw"] },
      ...{ sysctls: { "net.core.somaxconn": "1024" }, capAdd: ["NET_ADMIN"] },
    },
    resources: { cpuCount: 0.5, memory: "1PiB", gpuCount: 1 },
  };
  expect(parse(settings)).toEqual(settings);
});

test.each([
  [{ dockr: {} }, 'no option "settings.dockr". There are: docker, run, resources, network', "docker"],
  [{ docker: { parentImag: "x" } }, 'no option "settings.docker.parentImag"', "parentImage"],
  [{ docker: { buildOptions: { arg: {} } } }, 'no option "settings.docker.buildOptions.arg"', "args"],
  [{ run: { volume: {} } }, 'no option "settings.run.volume"', "volumes"],
  [
    { run: { volumes: { "/a": { source: "a", readonly: true } } } },
    'no option "settings.run.volumes./a.readonly". There are: source, readOnly',
    "readOnly",
  ],
  [
    { run: { ulimits: { nofile: { soft: 1, hard: 1, softt: 1 } } } },
    'no option "settings.run.ulimits.nofile.softt". There are: soft, hard',
    "soft",
  ],
  [{ resources: { gpus: 1 } }, 'no option "settings.resources.gpus"', undefined],
])("an unknown key is told with its path and the nearest one: %j", (settings, told, nearest) => {
  expect(() => parse(settings)).toThrow(told);
  if (nearest) expect(() => parse(settings)).toThrow(new RegExp(`mean "?${nearest}"?\\?`));
});

test.each([
  [{ resources: { memory: "5 potatoes" } }, "settings.resources.memory"],
  [{ run: { volumes: { data: { source: "x" } } } }, "settings.run.volumes"],
  [{ run: { volumes: { "/a/../stores": { source: "x" } } } }, "settings.run.volumes"],
  [{ run: { ports: { "80": 70_000 } } }, "settings.run.ports.80"],
  [{ run: { capAdd: ["net_admin"] } }, "settings.run.capAdd"],
  [{ docker: { user: "a b" } }, "settings.docker.user"],
  [{ docker: { platform: "arm" } }, "settings.docker.platform"],
])("a value that cannot be is told with its path: %j", (settings, path) => {
  expect(() => parse(settings)).toThrow(path);
});

test.each<[StepSettings, RegExp]>([
  [{ docker: { dockerfile: "D", parentImage: "p" } }, /both "settings\.docker\.dockerfile"/],
  [{ docker: { buildContextRoot: "." } }, /"settings\.docker\.buildContextRoot" without/],
  [{ docker: { dockerfile: "D", dockerignore: "i" } }, /"settings\.docker\.dockerignore" without/],
  [{ docker: { skipBuild: true } }, /without the "settings\.docker\.parentImage"/],
  [
    { docker: { skipBuild: true, parentImage: "p", aptPackages: ["git"] } },
    /aptPackages", which needs a build/,
  ],
  [{ run: { ports: { "80": 80 } } }, /"settings\.run\.ports" \(80\) and no network/],
  [{ run: { volumes: { "/a": { source: "a" } }, tmpfs: { "/a": {} } } }, /both a volume and a tmpfs at \/a/],
])("settings that do not go together are refused: %j", (settings, told) => {
  expect(() => checkSettings(settings, 'Step "train"')).toThrow(told);
});

test("settings that go together are not", () => {
  checkSettings({ docker: { dockerfile: "D", buildContextRoot: ".", dockerignore: "i" } }, "here");
  checkSettings({ docker: { skipBuild: true, parentImage: "p", user: "node" } }, "here");
  checkSettings({ network: "bridge", run: { ports: { "80": 80 } } }, "here");
});
