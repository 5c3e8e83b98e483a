import { describe, expect, test } from "vitest";
import { textEntry } from "../../../src/image-builder/build-from.ts";
import { builderTest, bundles, printed } from "./builder-fixture.ts";

const ODD_VALUES = {
  EMPTY: "",
  SPACES: "  two  spaces  ",
  DOLLARS: `$HOME \${PATH} $$ \\$X`,
  QUOTES: "\"double\" 'single' `back`",
  BACKSLASHES: "\\ \\n C:\\dir\\",
  LINES: "first\nsecond\n\n# no comment\nRUN false\n",
  RETURN: "a\rb\tc",
  LETTERS: "Größe 东京 🚢",
  "dotted.name-x": "=a=b",
};

describe("variables of the environment", () => {
  test("arrive in a container exactly, whatever their characters, beside those of the parent", async () => {
    await using it = await builderTest();
    const parentImage = await it.parent(["ENV OF_PARENT=kept"]);
    const builder = it.builder();
    const plan = await builder.planEnvironment({ parentImage, environment: ODD_VALUES }, []);
    const { image } = await builder.ensureImage(plan, bundles({ a: "1;" }));
    const names = [...Object.keys(ODD_VALUES), "OF_PARENT", "STEPDOCK_VALUE_0"];
    const code = `const e = process.env; process.stdout.write(JSON.stringify(${JSON.stringify(names)}.map((n) => [n, e[n]])))`;
    const output = await printed(it, image.reference, ["node", "-e", code]);
    const values = Object.fromEntries(JSON.parse(output.replace(/ \(0\)$/, "")));
    expect(values).toEqual({ ...ODD_VALUES, OF_PARENT: "kept", STEPDOCK_VALUE_0: null });
  });

  test("change the key, and the plan shows which one did, but not its value", async () => {
    await using it = await builderTest();
    const builder = it.builder();
    const one = await builder.planEnvironment({ environment: { A: "secret-1", B: "same" } }, []);
    const other = await builder.planEnvironment({ environment: { B: "same", A: "secret-2" } }, []);
    expect(other.key).not.toBe(one.key);
    const changed = Object.keys(one.ingredients).filter(
      (name) => one.ingredients[name] !== other.ingredients[name],
    );
    expect(changed).toEqual(["variable A"]);
    expect(JSON.stringify(one.ingredients)).not.toContain("secret");
  });
});

describe("the parent in the key", () => {
  test("counts by its content: another build and name of the same is the same", async () => {
    await using it = await builderTest();
    const [one, other] = [await it.parent(), await it.parent(["LABEL another=label"])];
    const plans = [];
    for (const parentImage of [one, other, undefined]) {
      plans.push(await it.builder().planEnvironment(parentImage ? { parentImage } : {}, []));
    }
    const ids = await Promise.all([one, other].map((name) => it.engine.images.inspect(name)));
    expect(ids[0]?.id).not.toBe(ids[1]?.id);
    expect(plans.map(({ key }) => key)).toEqual(Array(3).fill(plans[0]?.key));
    expect(plans[1]?.parentImage).toBe(other);
  });

  test.each([
    ["a file", ["COPY file /file"]],
    ["a variable", ["ENV OF_PARENT=1"]],
    ["the working directory", ["WORKDIR /tmp"]],
    ["the user", ["USER 1000"]],
  ])("changes it with %s", async (_what, instructions) => {
    await using it = await builderTest();
    const parents = [await it.parent(), await it.parent(instructions, [textEntry("file", "x")])];
    const builder = it.builder();
    const plans = await Promise.all(
      parents.map((parentImage) => builder.planEnvironment({ parentImage }, [])),
    );
    expect(plans[1]?.key).not.toBe(plans[0]?.key);
    expect(plans[1]?.ingredients.parent).not.toBe(plans[0]?.ingredients.parent);
  });

  test("with a user of its own keeps it, though its packages are installed as root", async () => {
    await using it = await builderTest();
    const parentImage = await it.parent(["USER 1000:1000"]);
    const builder = it.builder();
    const plan = await builder.planEnvironment({ parentImage }, []);
    const { image } = await builder.ensureImage(plan, bundles({ a: "1;" }));
    expect((await it.engine.images.inspect(image.reference))?.config.user).toBe("1000:1000");
  });
});

test("the network of the build and the order of packages are not in the key", async () => {
  await using it = await builderTest();
  const builder = it.builder();
  const one = await builder.planEnvironment({ aptPackages: ["git", "curl", "git"] }, []);
  const other = await builder.planEnvironment({ aptPackages: ["curl", "git"], buildNetwork: "host" }, []);
  expect(other.key).toBe(one.key);
  expect(one.ingredients.apt).toBe("curl git");
  const more = await builder.planEnvironment({ aptPackages: ["curl", "git", "jq"] }, []);
  expect(more.key).not.toBe(one.key);
});

test("plans of the same settings at the same time are one", async () => {
  await using it = await builderTest();
  const builder = it.builder();
  const plans = await Promise.all([1, 2].map(() => builder.planEnvironment({ environment: { A: "1" } }, [])));
  expect(plans[1]).toBe(plans[0]);
});

test("a plan that no longer holds is refused with what changed since", async () => {
  await using it = await builderTest();
  const plan = await it.builder().planEnvironment({}, []);
  const stale = { ...plan, key: "0".repeat(64), ingredients: { ...plan.ingredients, entrypoint: "another" } };
  const refused = it.builder().ensureImage(stale, bundles({ a: "1;" }));
  await expect(refused).rejects.toMatchObject({ code: "settings_invalid" });
  await expect(refused).rejects.toThrow(/changed since it was planned: entrypoint\. Plan it again/);
});
