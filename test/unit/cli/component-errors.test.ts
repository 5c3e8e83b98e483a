import { expect, test } from "vitest";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { type ComponentCli, componentCli } from "./component-cli.ts";
import { OWN_FLAVORS } from "./own-flavors.ts";

const registeredIn = async ({ project }: ComponentCli) => {
  await using workspace = await openWorkspace(project.path(".stepdock"));
  return { ...(await workspace.registrations.read()), runs: await workspace.metadata.listRuns() };
};

const PIPELINE = `
import { pipeline, step } from "stepdock";
export const one = step({ name: "one", run: () => {} });
export const ones = pipeline({ name: "ones", define: () => { one(); } });
`;

/** A workspace with one of everything of its own, and `held` the active stack. */
const furnished = async (): Promise<ComponentCli> => {
  const cli = await componentCli({
    ...{ "flavors.ts": OWN_FLAVORS, "broken.ts": "throw new Error('no luck');", "pipeline.ts": PIPELINE },
  });
  for (const words of [
    "orchestrator flavor register flavors.ts#quiet",
    "orchestrator flavor register flavors.ts#guarded",
    "orchestrator register mine --flavor quiet",
    "artifact-store register other --flavor local",
    "container-registry register team --flavor default --uri=ghcr.io/acme",
    "step-operator register small --flavor docker --pidsLimit=64",
    "stack register held -o mine -a other -c team --step-operator small",
    "stack register spare -o mine",
    "stack set held",
  ]) {
    expect(await cli.call(words)).toMatchObject({ exit: 0 });
  }
  return cli;
};

const REFUSED: readonly (readonly [words: string, message: string | RegExp])[] = [
  [
    "orchestrator register x --flavor lcal",
    /no flavor "lcal" of orchestrators\. There are: .*Did you mean "local"\?/,
  ],
  ["image-builder register x --flavor quiet", /no flavor "quiet" of image builders\. There are: local\.$/],
  [
    "orchestrator register x --flavor local --maxParalelism=2",
    /no setting "maxParalelism".*Did you mean "maxParallelism"\?/,
  ],
  [
    "orchestrator register x --flavor local --maxParallelism=two",
    /orchestrator "x" \(flavor "local"\).*at maxParallelism: expected number, received string\.$/,
  ],
  ["orchestrator register x --flavor local --maxParallelism=0", /at maxParallelism: Too small/],
  ["orchestrator register x --flavor guarded", /at token: expected string, received undefined/],
  ["orchestrator register x --flavor local_package --pidsLimit=1", /no setting "pidsLimit"/],
  [
    "artifact-store register x --flavor s3 --bukket=artifacts",
    /no setting "bukket".*Did you mean "bucket"\?/,
  ],
  ["artifact-store register x --flavor s3", /at bucket: expected string, received undefined\.$/],
  ["artifact-store register x --flavor s3 --bucket=A", /at bucket: it is no name of a bucket\.$/],
  [
    "artifact-store register x --flavor s3 --bucket=artifacts --endpoint=s3.example.org",
    /at endpoint: it takes a URL such as/,
  ],
  [
    "artifact-store register x --flavor s3 --bucket=artifacts --accessKeyId={{secret.KEY}}",
    /accessKeyId and secretAccessKey belong together/,
  ],
  [
    "container-registry register x --flavor default --uri=https://ghcr.io",
    /at uri: it takes host\[:port\]\[\/path\]/,
  ],
  [
    "container-registry register x --flavor default --uri=ghcr.io --username=me",
    /username and password go together/,
  ],
  ["container-registry register x --flavor defualt", /no flavor "defualt".*Did you mean "default"\?/],
  ["step-operator register x --flavor docker --pidsLimit=0", /at pidsLimit: Too small/],
  ["step-operator update small --pidLimit=8", /no setting "pidLimit".*Did you mean "pidsLimit"\?/],
  [
    "orchestrator register x --flavor local two",
    /"two" is no setting of the component: write it as --key=value/,
  ],
  ["orchestrator register x", /required option '--flavor <flavor>' not specified/],
  ["orchestrator register .x --flavor local", /"\.x" cannot be the name of a component/],
  [
    "orchestrator register mine --flavor local",
    /an orchestrator "mine" already: it is registered.*stepdock orchestrator update mine/,
  ],
  ["orchestrator register local --flavor local", /an orchestrator "local" already: it is built in/],
  ["orchestrator update min --enableCache=false", /no orchestrator "min"\. .*Did you mean "mine"\?/],
  ["orchestrator update mine --enableCach=false", /no setting "enableCach".*Did you mean "enableCache"\?/],
  ["orchestrator update mine --unset enableCach", /no setting "enableCach".*Did you mean "enableCache"\?/],
  ["orchestrator update local --enableCache=false", /"local" cannot be changed here: it is built in/],
  ["orchestrator describe mien", /no orchestrator "mien"\. .*Did you mean "mine"\?/],
  [
    "orchestrator delete mine",
    /"mine" is in use, so it was not deleted: stack "held", stack "spare" have it/,
  ],
  ["artifact-store delete other", /"other" is in use, so it was not deleted: stack "held" has it/],
  ["container-registry delete team", /"team" is in use, so it was not deleted: stack "held" has it/],
  ["step-operator delete small", /"small" is in use, so it was not deleted: stack "held" has it/],
  ["orchestrator delete local", /"local" cannot be changed here: it is built in/],
  [
    "orchestrator flavor register flavors.ts#quite",
    /flavors\.ts has no export "quite"\. It has: .*Did you mean "quiet"\?/,
  ],
  ["orchestrator flavor register flavors.ts#nothing", /flavors\.ts#nothing is no flavor: it is a number/],
  [
    "orchestrator flavor register flavors.ts#lax",
    /flavors\.ts#lax is no flavor: its `configSchema` takes unknown keys/,
  ],
  ["orchestrator flavor register flavors.ts#nameless", /flavors\.ts#nameless is no flavor: it has no `name`/],
  [
    "orchestrator flavor register flavors.ts#store",
    /is a flavor of artifact stores, not of orchestrators.*stepdock artifact-store flavor register/,
  ],
  ["orchestrator flavor register flavors.ts#quiet", /an orchestrator flavor "quiet" already/],
  ["orchestrator flavor register nowhere.ts#quiet", /There is no file .*nowhere\.ts/],
  [
    "orchestrator flavor register broken.ts#quiet",
    /broken\.ts cannot be loaded, since it threw Error: no luck/,
  ],
  ["orchestrator flavor register flavors.ts", /"flavors\.ts" names no flavor: write path#Export/],
  [
    "orchestrator flavor delete quiet",
    /"quiet" is in use, so it was not deleted: orchestrator "mine" has it/,
  ],
  ["orchestrator flavor delete local", /"local" cannot be changed here: it is built in/],
  ["orchestrator flavor delete quit", /no flavor "quit" of orchestrators.*Did you mean "quiet"\?/],
  ["stack register s -o mien", /no orchestrator "mien"\. .*Did you mean "mine"\?/],
  ["stack register s -o mine -a othr", /no artifact store "othr"\. .*Did you mean "other"\?/],
  [
    "stack register s -o local_docker --no-image-builder",
    /Stack "s" has no image builder, which its orchestrator "local_docker" needs/,
  ],
  ["stack register s -o mine -c nowhere", /no container registry "nowhere"/],
  ["stack register s -o mine --step-operator smal", /no step operator "smal"\. .*Did you mean "small"\?/],
  ["stack register held -o local", /a stack "held" already: it is registered in the workspace/],
  ["stack set hled", /no stack "hled"\. There are: .*Did you mean "held"\?/],
  ["stack describe hled", /no stack "hled"/],
  ["stack delete held", /"held" is the active one, so it was not deleted.*stepdock stack set NAME/],
  ["stack delete local", /"local" cannot be changed here: it is built in/],
  ["stack delete sparr", /no stack "sparr"\. .*Did you mean "spare"\?/],
  ["run pipeline.ts --stack hled", /no stack "hled"\. .*Did you mean "held"\?/],
  ["plan pipeline.ts --stack hled", /no stack "hled"\. .*Did you mean "held"\?/],
  ["stack lst", /unknown command 'lst'/],
];

test("what cannot be done is refused with one message, and nothing is changed", async () => {
  await using cli = await furnished();
  const before = await registeredIn(cli);
  expect(before).toMatchObject({ activeStack: "held", stacks: [{ name: "held" }, { name: "spare" }] });
  for (const [words, message] of REFUSED) {
    const told = await cli.call(words);
    expect.soft(told, words).toMatchObject({ exit: 2, out: "", err: expect.stringMatching(message) });
  }
  expect(await registeredIn(cli)).toEqual(before);
});

test("the value that was given in the place of a secret's reference is not repeated", async () => {
  await using cli = await furnished();
  const { exit, err } = await cli.call("orchestrator register x --flavor guarded --token=hunter2hunter2");
  expect(exit).toBe(2);
  expect(err).toContain("{{secret.NAME}}");
  expect(err).not.toContain("hunter2");
});

test.each([
  ["own", { flavor: "lcal" }, /no flavor "lcal" of orchestrators\. .*Did you mean "local"\?/],
  ["own", { flavor: "local", config: { maxParalelism: 2 } }, /no setting "maxParalelism"/],
  ["own", { flavor: "local", config: { maxParallelism: "2" } }, /at maxParallelism: expected number/],
  ["onw", { flavor: "local" }, /no orchestrator "onw"\. .*Did you mean "own"\?/],
])(
  "where stepdock.config.ts has a stack of %j with %j, a run is refused",
  async (orchestrator, own, message) => {
    const config = {
      stack: "mine",
      components: { orchestrator: { own } },
      stacks: { mine: { orchestrator } },
    };
    await using cli = await componentCli({
      "pipeline.ts": PIPELINE,
      "stepdock.config.ts": `export default ${JSON.stringify(config)};`,
    });
    const told = await cli.call("run pipeline.ts");
    expect(told).toMatchObject({ exit: 2, out: "", err: expect.stringMatching(message) });
    expect((await registeredIn(cli)).runs).toEqual([]);
  },
);
