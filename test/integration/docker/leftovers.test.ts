import { expect, test } from "vitest";
import { createLeftoverClient } from "../../../src/docker/leftover-client.ts";
import { docker, uniqueLabels } from "./container-support.ts";

const leftovers = createLeftoverClient(docker);

test("networks are found by their labels and removed, and removing them again is success", async () => {
  const labels = uniqueLabels();
  const name = `stepdock-test-${labels["dev.stepdock.test-id"]}`;
  const { id } = await docker.createNetwork({ Name: name, Labels: labels, Internal: true });
  expect(await leftovers.networks(labels)).toEqual([{ id, name }]);
  await leftovers.removeNetwork(id);
  await leftovers.removeNetwork(id);
  expect(await leftovers.networks(labels)).toEqual([]);
});

test("volumes are found by their labels and removed, and removing them again is success", async () => {
  const labels = uniqueLabels();
  const name = `stepdock-test-${labels["dev.stepdock.test-id"]}`;
  await docker.createVolume({ Name: name, Labels: labels });
  expect(await leftovers.volumes(labels)).toEqual([{ name }]);
  await leftovers.removeVolume(name);
  await leftovers.removeVolume(name);
  expect(await leftovers.volumes(labels)).toEqual([]);
});

test("a listing that is aborted is interrupted", async () => {
  const signal = AbortSignal.abort();
  await expect(leftovers.volumes({}, { signal })).rejects.toMatchObject({ code: "interrupted" });
});
