import { afterAll, afterEach, expect, it } from "vitest";
import { clean } from "../../../src/host/clean.ts";
import type { StepRun } from "../../../src/model/index.ts";
import { startS3Server } from "../../fixtures/s3-server.ts";
import {
  createTeamProject,
  deleteCopies,
  houseOf,
  moveToOtherMachine,
  readOutput,
  runTools,
} from "./support.ts";

const server = await startS3Server();
afterEach(() => {
  server.refused = undefined;
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the server is asked meanwhile, without the query. */
const asked = async (act: () => Promise<unknown>): Promise<string[]> => {
  const before = server.requests.length;
  await act();
  return server.requests.slice(before).map((request) => request.replace(/\?.*/, ""));
};

/** The keys of what the steps published: the id of a step run is in them. */
const objectsOf = async (steps: readonly StepRun[]): Promise<string[]> => {
  const keys = await server.keys();
  return keys.filter((key) => steps.some(({ id }) => key.split("/").includes(id)));
};

const SEEN = { names: ["latest", "say"], said: "hi 21" };

it("asks nothing of the bucket where everything is cached, and brings what is not here when it is read", async () => {
  await using project = await createTeamProject(server);
  const { statuses, steps } = await runTools(project);
  expect(statuses).toEqual(["completed", "completed"]);
  const again = await asked(async () => {
    expect((await runTools(project)).statuses).toEqual(["cached", "cached"]);
  });
  expect(again).toEqual([]);
  await deleteCopies(project);
  const looked = await asked(async () => {
    expect((await runTools(project)).statuses).toEqual(["cached", "cached"]);
  });
  const manifest = expect.stringMatching(/^HEAD .*\/manifest\.json$/);
  expect([...new Set(looked)]).toEqual([manifest, manifest]);
  expect(await readOutput(project, steps[1])).toEqual(SEEN);
});

it("gives a step on another machine its inputs from the bucket, with links and rights", async () => {
  await using project = await createTeamProject(server);
  await runTools(project);
  await using other = await moveToOtherMachine(project);
  const { statuses, steps } = await runTools(other, { greeting: "hello " });
  expect(statuses).toEqual(["cached", "completed"]);
  expect(await readOutput(other, steps[1])).toEqual({ ...SEEN, said: "hello 21" });
});

it("gives containers their inputs from the bucket, and takes their outputs there", async () => {
  await using project = await createTeamProject(server);
  expect((await runTools(project, { stack: "team_docker" })).statuses).toEqual(["completed", "completed"]);
  await using other = await moveToOtherMachine(project);
  const { statuses, steps } = await runTools(other, { stack: "team_docker", greeting: "hello " });
  expect(statuses).toEqual(["cached", "completed"]);
  await deleteCopies(other);
  expect(await readOutput(other, steps[1])).toEqual({ ...SEEN, said: "hello 21" });
});

it.each(["team", "team_docker"])("gives a step of the stack %s what is in another store", async (stack) => {
  await using project = await createTeamProject(server);
  await runTools(project, { stack: "local" });
  const { statuses, steps } = await runTools(project, { stack, exportName: "reuse", greeting: "hello " });
  expect(statuses).toEqual(["completed"]);
  await using other = await moveToOtherMachine(project);
  expect(await readOutput(other, steps[0])).toEqual({ ...SEEN, said: "hello 21" });
});

it("says which input is missing that another store had", async () => {
  await using project = await createTeamProject(server);
  await runTools(project);
  server.refused = /^GET .*\/build\//;
  await using other = await moveToOtherMachine(project);
  const { steps } = await runTools(other, { stack: "local", exportName: "reuse", greeting: "hello " });
  expect(steps[0]?.failure).toMatchObject({
    kind: "input_damaged",
    retryable: true,
    message: expect.stringMatching(
      /^Input "tools" cannot be used: The artifact store "team" \(bucket .*refuses access/,
    ),
  });
});

it("runs a step again whose result is gone from the bucket", async () => {
  await using project = await createTeamProject(server);
  await runTools(project);
  {
    await using house = await houseOf(project);
    const store = await house.workspace.storeNamed("team");
    for (const { id } of await house.workspace.metadata.listStepRuns((await runTools(project)).run.id))
      for (const { uri } of Object.values(await house.workspace.metadata.outputsOf(id)))
        await store.remove(uri);
  }
  const { statuses, events } = await runTools(project);
  expect(statuses).toEqual(["completed", "completed"]);
  expect(events).toContainEqual(
    expect.objectContaining({ event: "warning", message: expect.stringContaining("of bucket artifacts") }),
  );
});

it("fails a step whose output cannot be stored, and publishes nothing of it", async () => {
  await using project = await createTeamProject(server);
  server.refused = /^PUT .*\/look\/.*manifest/;
  const { steps, run } = await runTools(project);
  expect(run.status).toBe("failed");
  expect(steps[1]).toMatchObject({
    status: "failed",
    failure: {
      kind: "output_not_written",
      retryable: true,
      message: expect.stringMatching(
        /^Output "output" cannot be stored: The artifact store "team" \(bucket "artifacts" at http:.*\) refuses access .*Allow them/,
      ),
    },
  });
  expect(await readOutput(project, steps[1])).toBeUndefined();
  server.refused = undefined;
  expect((await server.keys()).filter((key) => key.includes(steps[1]?.id ?? "look"))).toEqual([]);
  expect((await runTools(project)).statuses).toEqual(["cached", "completed"]);
});

it("refuses a run before any step where the bucket cannot be used", async () => {
  await using project = await createTeamProject({ endpoint: server.endpoint, bucket: "nowhere" });
  await expect(runTools(project)).rejects.toMatchObject({
    code: "artifact_store_failed",
    message: expect.stringContaining(
      `The artifact store "team" (bucket "nowhere" at ${server.endpoint}) is not there`,
    ),
  });
  await using house = await houseOf(project);
  const { id } = await house.workspace.metadata.findRun("latest");
  expect(await house.workspace.metadata.listStepRuns(id)).toEqual([]);
});

it("is emptied by clean of what no run needs any more; where it cannot be, no run is forgotten", async () => {
  await using project = await createTeamProject(server);
  const { run, steps } = await runTools(project);
  await using house = await houseOf(project);
  server.refused = /./;
  const refused = clean(house.workspace, house.engine, { keep: 0 });
  await expect(refused).rejects.toMatchObject({ code: "artifact_store_failed" });
  expect(await house.workspace.metadata.findRun("latest")).toMatchObject({ id: run.id });
  server.refused = undefined;
  expect(new Set((await objectsOf(steps)).map((key) => key.split("/")[2]))).toEqual(
    new Set(["build", "look"]),
  );
  const removed: string[] = [];
  await clean(house.workspace, house.engine, { keep: 0, onRemoved: ({ id }) => void removed.push(id) });
  expect(removed).toContain(run.id);
  expect(await objectsOf(steps)).toEqual([]);
});
