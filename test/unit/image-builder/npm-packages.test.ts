import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { planNpmInstall } from "../../../src/image-builder/npm-packages.ts";
import { tempFolder } from "./temp-folder.ts";

type Packages = Record<string, Record<string, unknown>>;

const project = async (files: Readonly<Record<string, unknown>>) => {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
};

const locked = (packages: Packages, version = 3) =>
  project({ "package-lock.json": { lockfileVersion: version, packages } });

const at = (version: string, more: object = {}) => ({ version, integrity: `sha512-${version}`, ...more });

/** What `npm ci` would be given, without the root. */
const entriesOf = async (root: string, names: readonly string[]): Promise<Packages> => {
  const { "": _, ...entries } = JSON.parse((await planNpmInstall(root, names)).packageLock).packages;
  return entries;
};

const locations = async (packages: Packages, names: readonly string[]): Promise<string[]> => {
  await using folder = await locked(packages);
  return Object.keys(await entriesOf(folder.path, names));
};

describe("the packages", () => {
  test("are those named and what they need, by Node's own resolution, and no others", async () => {
    const packages = {
      "node_modules/a": at("1.0.0", { dependencies: { shared: "^1", own: "^2" } }),
      "node_modules/a/node_modules/own": at("2.0.0", { dependencies: { shared: "^1" } }),
      "node_modules/own": at("1.0.0"),
      "node_modules/shared": at("1.0.0"),
      "node_modules/unneeded": at("1.0.0"),
    };
    const expected = ["node_modules/a", "node_modules/a/node_modules/own", "node_modules/shared"];
    expect(await locations(packages, ["a"])).toEqual(expected);
  });

  test("include peers and optional ones, and do without those that the lockfile lacks", async () => {
    const packages = {
      "node_modules/@s/a": at("1.0.0", {
        peerDependencies: { peer: "*", unmet: "*", wished: "*" },
        peerDependenciesMeta: { wished: { optional: true } },
        optionalDependencies: { native: "1", other: "1" },
      }),
      "node_modules/native": at("1.0.0", {
        os: ["darwin"],
        dev: true,
        dependencies: { peer: "1", deep: "1" },
      }),
      "node_modules/deep": at("1.0.0"),
      "node_modules/peer": at("1.0.0", { dev: true, optional: true }),
    };
    await using folder = await locked(packages);
    const entries = await entriesOf(folder.path, ["@s/a"]);
    expect(entries["node_modules/@s/a"]).toMatchObject({
      dependencies: { peer: "*" },
      optionalDependencies: { native: "*" },
    });
    expect(entries["node_modules/native"]).toMatchObject({ optional: true, os: ["darwin"] });
    expect(entries["node_modules/deep"]).toMatchObject({ optional: true });
    expect(entries["node_modules/peer"]).not.toHaveProperty("optional");
    expect(JSON.stringify(entries)).not.toContain("dev");
  });

  test("keep version, integrity, address and alias, whatever range asked for them", async () => {
    const kept = at("3.1.4", { name: "real", resolved: "https://registry.invalid/real.tgz" });
    await using folder = await locked({ "node_modules/alias": { ...kept, license: "MIT" } }, 2);
    const entries = await entriesOf(folder.path, ["alias"]);
    expect(entries["node_modules/alias"]).toEqual({ ...kept, dependencies: {}, optionalDependencies: {} });
  });

  test("of a workspace are found in its own folder first, and above", async () => {
    await using folder = await locked({
      "packages/app/node_modules/a": at("2.0.0", { dependencies: { b: "1" } }),
      "node_modules/a": at("1.0.0"),
      "node_modules/b": at("1.0.0"),
    });
    const entries = await entriesOf(join(folder.path, "packages/app"), ["a"]);
    expect(Object.entries(entries).map(([location, { version }]) => [location, version])).toEqual([
      ["node_modules/b", "1.0.0"],
      ["node_modules/a", "2.0.0"],
    ]);
  });

  test("take along which install scripts the project allows", async () => {
    const lock = { lockfileVersion: 3, packages: { "node_modules/a": at("1.0.0") } };
    const plans = [];
    for (const allowScripts of [{ a: true }, { a: false }]) {
      await using folder = await project({ "package-lock.json": lock, "package.json": { allowScripts } });
      plans.push(await planNpmInstall(folder.path, ["a"]));
      expect(JSON.parse(plans.at(-1)?.packageJson ?? "")).toMatchObject({ allowScripts });
    }
    expect(plans[1]?.identity).not.toBe(plans[0]?.identity);
  });
});

describe("the identity", () => {
  const identity = async (packages: Packages): Promise<string> => {
    await using folder = await locked(packages);
    return (await planNpmInstall(folder.path, ["a"])).identity;
  };

  test("is of the versions and contents, not of where they come from or of other packages", async () => {
    const one = { "node_modules/a": at("1.0.0", { resolved: "https://one.invalid/a.tgz" }) };
    const other = {
      "node_modules/a": at("1.0.0", { resolved: "https://other.invalid/a.tgz" }),
      "node_modules/b": at("1.0.0"),
    };
    expect(await identity(other)).toBe(await identity(one));
  });

  test("changes with a version or content deep down", async () => {
    const needing = (b: object) => ({
      "node_modules/a": at("1.0.0", { dependencies: { b: "*" } }),
      "node_modules/b": b as Record<string, unknown>,
    });
    const identities = [at("1.0.0"), at("1.0.1"), at("1.0.0", { integrity: "sha512-other" })].map((b) =>
      identity(needing(b)),
    );
    expect(new Set(await Promise.all(identities)).size).toBe(3);
  });
});

describe("refused with what to do", () => {
  const refusal = async (files: Readonly<Record<string, unknown>>, below = ".") => {
    await using folder = await project(files);
    const failure = planNpmInstall(join(folder.path, below), ["a"]);
    await expect(failure).rejects.toMatchObject({ code: "settings_invalid", setting: "npmPackages" });
    return (await failure.catch((error: Error) => error.message)).toString().replaceAll(folder.path, "ROOT");
  };

  const lock = (packages: Packages, version = 3) => ({ lockfileVersion: version, packages });

  test("a package that the lockfile lacks", async () => {
    expect(await refusal({ "package-lock.json": lock({ "node_modules/b": at("1.0.0") }) })).toBe(
      'The npm package "a" is to be installed where a step runs, but ROOT/package-lock.json does not have it. Run `npm install a`.',
    );
  });

  test.each(["pnpm-lock.yaml", "yarn.lock", "bun.lock"])(
    "a project with %s, though npm's lies above",
    async (name) => {
      const files = { [`app/${name}`]: "", "package-lock.json": lock({ "node_modules/a": at("1.0.0") }) };
      expect(await refusal(files, "app")).toContain(
        `only package-lock.json is supported yet, not ROOT/app/${name}`,
      );
    },
  );

  test("a project without any", async () => {
    expect(await refusal({ "package.json": "{}" })).toMatch(
      /there is none in ROOT or above\. Run `npm install`/,
    );
  });

  test("a lockfile of version 1", async () => {
    expect(await refusal({ "package-lock.json": lock({}, 1) })).toMatch(
      /^ROOT\/package-lock\.json .*npm 7 or later/,
    );
  });

  test("a lockfile that is no JSON", async () => {
    expect(await refusal({ "package-lock.json": "<<<<<<< HEAD" })).toMatch(
      /^Cannot read ROOT\/package-lock\.json/,
    );
  });

  test.each([
    ["a linked folder", { "node_modules/a": { resolved: "packages/a", link: true } }],
    ["a file", { "node_modules/a": at("1.0.0", { resolved: "file:a.tgz" }) }],
  ])("%s", async (_what, packages) => {
    expect(await refusal({ "package-lock.json": lock(packages) })).toMatch(
      /"a" is a folder or file of this machine/,
    );
  });

  test("two versions that one folder cannot hold", async () => {
    const packages = {
      "app/node_modules/a": at("1.0.0", { dependencies: { b: "*" } }),
      "app/node_modules/c": at("2.0.0"),
      "app/node_modules/a/node_modules/x": at("1.0.0"),
      "node_modules/b": at("1.0.0", { dependencies: { a: "*" } }),
      "node_modules/a": at("9.0.0"),
    };
    const message = await refusal({ "package-lock.json": lock(packages) }, "app");
    expect(message).toMatch(/has two versions of the npm package "a", one for app/);
  });
});
