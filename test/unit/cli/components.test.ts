import { expect, test } from "vitest";
import { componentCli } from "./component-cli.ts";
import { OWN_FLAVORS } from "./own-flavors.ts";

const FILES = { "flavors.ts": OWN_FLAVORS };

test("a component is registered, listed, described, changed and deleted", async () => {
  await using cli = await componentCli();
  const registered = await cli.call("orchestrator register two --flavor local --max-parallelism=2");
  expect(registered).toMatchObject({ exit: 0, out: expect.stringContaining('"two"') });
  const record = { type: "orchestrator", name: "two", flavor: "local", source: "workspace", stacks: [] };
  expect(await cli.json("orchestrator list")).toContainEqual({ ...record, config: { maxParallelism: 2 } });
  await cli.call("orchestrator update two --enableCache=false --unset max-parallelism");
  expect(await cli.json("orchestrator describe two")).toMatchObject([
    { ...record, config: { enableCache: false }, settled: { enableCache: false, maxParallelism: 1 } },
  ]);
  expect(await cli.call("orchestrator delete two")).toMatchObject({ exit: 0 });
  expect(await cli.call("orchestrator describe two")).toMatchObject({ exit: 2 });
});

test("a description has the settings with their defaults, for people and as a JSON schema", async () => {
  await using cli = await componentCli();
  const { out } = await cli.call("orchestrator describe local");
  expect(out).toMatch(/flavor +local\n +declared +built in\n +stacks +local\n/);
  expect(out).toMatch(/maxParallelism +1 \(default\)/);
  expect(await cli.json("orchestrator describe local")).toMatchObject([
    { configSchema: { additionalProperties: false, properties: { maxParallelism: { type: "integer" } } } },
  ]);
});

test("of the other types there are the built-in components", async () => {
  await using cli = await componentCli();
  expect(await cli.json("artifact-store list")).toMatchObject([{ name: "default", source: "built-in" }]);
  expect(await cli.json("image-builder list")).toMatchObject([{ name: "default", source: "built-in" }]);
});

test("a flavor of one's own is registered, and components of it outlive a move of the project", async () => {
  await using cli = await componentCli(FILES);
  expect(await cli.call("orchestrator flavor register flavors.ts#quiet")).toMatchObject({ exit: 0 });
  expect(await cli.call("orchestrator register mine --flavor quiet --maxParallelism=3")).toMatchObject({
    exit: 0,
  });
  expect(await cli.json("orchestrator flavor list")).toContainEqual(
    expect.objectContaining({
      ...{ name: "quiet", source: "workspace", keys: ["enableCache", "maxParallelism"] },
      place: `${cli.project.path("flavors.ts")}#quiet`,
    }),
  );
  await using moved = await cli.elsewhere();
  expect(await moved.json("orchestrator describe mine")).toMatchObject([{ settled: { maxParallelism: 3 } }]);
});

test("a setting is read as JSON where its schema takes that, else as text", async () => {
  await using cli = await componentCli(FILES);
  await cli.call("orchestrator flavor register flavors.ts#guarded");
  await cli.call("orchestrator register mine --flavor guarded --token={{secret.TOKEN}} --label=3");
  expect(await cli.json("orchestrator describe mine")).toMatchObject([
    { config: { label: "3", token: "{{secret.TOKEN}}" }, docsUrl: "https://example.org/guarded" },
  ]);
});

test("a flavor that cannot be loaded any more is listed with the reason, and may be deleted", async () => {
  await using cli = await componentCli(FILES);
  await cli.call("orchestrator flavor register flavors.ts#quiet");
  await cli.project.edit("flavors.ts", "export const quiet", "export const silent");
  expect(await cli.json("orchestrator flavor list")).toContainEqual(
    expect.objectContaining({ name: "quiet", problem: expect.stringContaining('has no export "quiet"') }),
  );
  expect(await cli.call("orchestrator flavor delete quiet")).toMatchObject({ exit: 0 });
  expect(await cli.json("orchestrator flavor list")).not.toContainEqual(
    expect.objectContaining({ name: "quiet" }),
  );
});

test("a stack is registered, listed, described, made the active one and deleted", async () => {
  await using cli = await componentCli();
  await cli.call("artifact-store register other --flavor local");
  expect(await cli.call("stack register mine -o local -a other")).toMatchObject({ exit: 0 });
  const components = { orchestrator: "local", artifactStore: "other", imageBuilder: "default" };
  const mine = { name: "mine", source: "workspace", components };
  expect(await cli.json("stack list")).toContainEqual({ ...mine, active: false });
  expect(await cli.json("stack describe")).toMatchObject([{ name: "local_docker", active: true }]);
  await cli.call("stack set mine");
  expect(await cli.json("stack describe")).toMatchObject([{ ...mine, active: true }]);
  expect((await cli.call("stack list")).out).toMatch(/\* +mine +local +other +default +workspace/);
  await cli.call("stack set local");
  expect(await cli.call("stack delete mine")).toMatchObject({ exit: 0 });
  expect(await cli.json("stack list")).not.toContainEqual(expect.objectContaining({ name: "mine" }));
});

const CONFIG = `
import { defineConfig } from "stepdock/config";
export default defineConfig({
  stack: "team",
  components: { orchestrator: { wide: { flavor: "local", config: { maxParallelism: 4 } } } },
  stacks: { team: { orchestrator: "wide" } },
});`;

test("what the configuration file declares is listed as such, and changed only there", async () => {
  await using cli = await componentCli({ "stepdock.config.ts": CONFIG });
  const [team] = await cli.json("stack describe");
  expect(team).toMatchObject({ name: "team", source: "config", active: true });
  expect(await cli.json("orchestrator list")).toContainEqual(
    expect.objectContaining({ name: "wide", source: "config", stacks: ["team"] }),
  );
  for (const words of [
    "orchestrator update wide --maxParallelism=2",
    "orchestrator delete wide",
    "orchestrator register wide --flavor local",
    "stack delete team",
    "stack register team -o local",
  ]) {
    const told = await cli.call(words);
    expect.soft(told, words).toMatchObject({ exit: 2, err: expect.stringContaining("stepdock.config.ts") });
  }
});

test("a registered component that the configuration file declares later is told, and may be deleted", async () => {
  await using cli = await componentCli();
  await cli.call("orchestrator register wide --flavor local");
  await cli.project.write({ "stepdock.config.ts": CONFIG });
  expect(await cli.call("orchestrator describe wide")).toMatchObject({
    ...{ exit: 2, err: expect.stringContaining('There are two orchestrators "wide"') },
  });
  expect(await cli.call("orchestrator delete wide")).toMatchObject({ exit: 0 });
  expect(await cli.json("orchestrator describe wide")).toMatchObject([{ source: "config" }]);
});

test("an active stack that is not there any more is told with the way out", async () => {
  await using cli = await componentCli({ "stepdock.config.ts": CONFIG });
  await cli.call("stack set team");
  await cli.project.write({ "stepdock.config.ts": "export default {};" });
  const { exit, err } = await cli.call("stack describe");
  expect([exit, err]).toEqual([
    2,
    expect.stringMatching(/no stack "team".*It is the active one: .*stack set NAME/),
  ]);
  await cli.call("stack set local");
  expect(await cli.json("stack describe")).toMatchObject([{ name: "local" }]);
});

test.each([
  "stack",
  "orchestrator",
  "artifact-store",
  "image-builder",
  "container-registry",
  "step-operator",
])("the help of %s tells its commands, and theirs have examples", async (group) => {
  await using cli = await componentCli();
  expect((await cli.call(`${group} --help`)).out).toMatch(
    /register .*\n.*list .*\n.*describe .*\n.*delete /s,
  );
  expect((await cli.call(`${group} register --help`)).out).toMatch(
    new RegExp(`Examples:\\n  \\$ stepdock ${group} register`),
  );
});
